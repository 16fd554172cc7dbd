import { useData, urlOf } from './api.js';
import { Chart } from './chart.js';
import { Icon } from './icons.js';
import { InstanceLines, Warnings } from './instances.js';
import { Ago, Card, Empty, Loading, SagaLink, Trouble } from './parts.js';
import { Names } from './names.js';
import { rangeOf, RANGES } from './range.js';
import { Tiles } from './tiles.js';
import { linkTo, place, replaceWith } from './store.js';
import { reasonOf } from './words.js';
import type { Overview } from './wire.js';

function Attention({ data }: { readonly data: Overview }) {
  return (
    <Card title="Needs attention" more={<a href={linkTo('parked')}>Open inbox</a>}>
      {data.attention.length === 0 ? (
        <Empty title="Nothing waits for a person" />
      ) : (
        <ul class="attention">
          {data.attention.map((row) => (
            <li key={`${row.name} ${row.id}`}>
              <i class="lamp is-silent" />
              <div>
                <SagaLink row={row} />
                <p>
                  {reasonOf(row.parkReason)[0]}
                  {row.failed?.label ? ` · ${row.failed.label}` : ''}
                </p>
              </div>
              <Ago at={row.updatedAt} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Range({ range }: { readonly range: string }) {
  return (
    <span class="switch" role="group" aria-label="Time">
      {RANGES.map(([one, text]) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === range}
          onClick={() => replaceWith('overview', { range: one })}
        >
          {text}
        </button>
      ))}
    </span>
  );
}

export function OverviewView() {
  const range = rangeOf(place.value.params);
  const { data, error } = useData<Overview>(() =>
    urlOf('overview', { range: rangeOf(place.value.params) }),
  );
  if (data === undefined) return error === undefined ? <Loading /> : <Trouble error={error} />;
  const { counted, instances } = data;
  const alive = instances.instances.filter(({ isAlive }) => isAlive).length;
  return (
    <>
      {error === undefined ? null : <Trouble error={error} />}
      <Warnings orphans={instances.orphans} />
      {counted === undefined ? (
        <div class="notice">
          <Icon name="overview" />
          <span>
            Counts and charts are not to be had here: what keeps these sagas does not count them.
            Lists, sagas and acts work.
          </span>
        </div>
      ) : (
        <>
          <Tiles counted={counted} range={range} />
          <section class="card">
            <header class="card-head">
              <h2>How sagas ended, by their start</h2>
              <Range range={range} />
              <p class="legend more">
                {(['completed', 'compensated', 'parked', 'active'] as const).map((one) => (
                  <span key={one}>
                    <i class={`swatch is-${one}`} /> {one === 'active' ? 'under way' : one}
                  </span>
                ))}
              </p>
            </header>
            <Chart buckets={counted.buckets} from={counted.from} bucketMs={counted.bucketMs} />
          </section>
        </>
      )}
      <div class="columns even">
        <div class="column">
          {counted === undefined ? null : <Names names={counted.names} range={range} />}
          <Card title="Processes" more={<a href={linkTo('instances')}>{alive} alive</a>}>
            <InstanceLines instances={instances.instances} />
          </Card>
        </div>
        <Attention data={data} />
      </div>
    </>
  );
}
