import { count, duration } from './format.js';
import { Card, Empty } from './parts.js';
import { spanOf } from './range.js';
import { linkTo } from './store.js';
import type { NameStats } from './wire.js';

function Outcome({ stats }: { readonly stats: NameStats }) {
  const parts = (['completed', 'compensated', 'parked'] as const).filter((one) => stats[one] > 0);
  const text = parts.map((one) => `${count(stats[one])} ${one}`).join(', ') || 'none ended';
  return (
    <span class="outcome" role="img" aria-label={text} title={text}>
      {parts.map((one) => (
        <i key={one} class={`is-${one}`} style={{ flexGrow: stats[one] }} />
      ))}
    </span>
  );
}

const time = (ms: number | undefined): string => (ms === undefined ? '–' : duration(ms));

export function Names({
  names,
  range,
}: {
  readonly names: readonly NameStats[];
  readonly range: string;
}) {
  return (
    <Card title="By saga" more={`last ${spanOf(range)} · from start to end`}>
      {names.length === 0 ? (
        <Empty title="No saga was started in this time" />
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="By saga">
          <table class="names">
            <thead>
              <tr>
                <th scope="col">Saga</th>
                <th scope="col">Outcome</th>
                {['Ended', 'Active', 'p50', 'p95', 'p99'].map((head) => (
                  <th key={head} scope="col" class={`n c-${head}`}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {names.map((one) => (
                <tr key={one.name}>
                  <th scope="row">
                    <a href={linkTo('sagas', { name: one.name, time: range })}>{one.name}</a>
                  </th>
                  <td>
                    <Outcome stats={one} />
                  </td>
                  <td class="n">{count(one.completed + one.compensated + one.parked)}</td>
                  <td class="n">{count(one.active)}</td>
                  <td class="n">{time(one.p50)}</td>
                  <td class="n c-p95">{time(one.p95)}</td>
                  <td class="n c-p99">{time(one.p99)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
