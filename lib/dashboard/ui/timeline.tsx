import { useSignal } from '@preact/signals';
import { duration, fullTime } from './format.js';
import { Card } from './parts.js';
import { Said } from './said.js';
import type { Event, Saga } from './wire.js';

const BEGINNINGS: ReadonlySet<string> = new Set(['started', 'undo-started', 'accepted']);

const DOTS: Readonly<Record<string, string>> = {
  ...{
    done: 'done',
    completed: 'done',
    undone: 'undone',
    compensated: 'undone',
    compensating: 'undoing',
  },
  ...{ failed: 'failed', 'undo-failed': 'failed', parked: 'failed', probed: 'unknown' },
  ...{ manual: 'act', resumed: 'act', 'cancel-requested': 'act', recovered: 'act' },
};

function More({ event, at }: { readonly event: Event; readonly at: number }) {
  const { error, type, reason } = event;
  const isActed = type === 'manual' || type === 'cancel-requested' || type === 'resumed';
  const wait = event.retryAt === undefined ? 0 : event.retryAt - at;
  return (
    <>
      {error === undefined || type === 'compensating' ? null : (
        <p class="error">
          <b>{error.name}</b> {error.code === undefined ? '' : `${error.code}: `}
          {error.message}
        </p>
      )}
      {isActed && reason ? <p class="why">“{reason}”</p> : null}
      {wait > 0 ? <p class="quiet">next attempt in {duration(wait)}</p> : null}
    </>
  );
}

export function Timeline({ saga }: { readonly saga: Saga }) {
  const all = useSignal(false);
  const { timeline } = saga;
  const start = Math.min(timeline[0]?.at ?? saga.createdAt, saga.createdAt);
  const shown = timeline
    .map((event, i) => ({ event, seq: i + 1 }))
    .filter(({ event }) => all.value || !BEGINNINGS.has(event.type));
  const toggle = (
    <label class="check">
      <input
        type="checkbox"
        checked={all.value}
        onChange={({ currentTarget }) => (all.value = currentTarget.checked)}
      />
      also what began
    </label>
  );
  return (
    <Card title="Timeline" more={toggle}>
      <ol class="timeline">
        {shown.map(({ event, seq }) => (
          <li key={seq}>
            <time dateTime={new Date(event.at).toISOString()} title={fullTime(event.at)}>
              +{duration(event.at - start)}
            </time>
            <i class={`knot is-${DOTS[event.type] ?? 'open'}`} />
            <div>
              <p>
                <Said event={event} />
              </p>
              <More event={event} at={event.at} />
            </div>
            <small title="Its number among the records">{seq}</small>
          </li>
        ))}
        {shown.length === 0 ? <li class="quiet">Nothing yet.</li> : null}
      </ol>
    </Card>
  );
}
