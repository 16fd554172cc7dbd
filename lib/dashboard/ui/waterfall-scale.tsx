import type { Axis } from './axis.js';
import { pc } from './bar.js';
import { duration } from './format.js';

const KEY = [
  ['done', 'done'],
  ['failed', 'failed'],
  ['unknown', 'unknown'],
  ['undone', 'undone'],
] as const;

export function Legend() {
  return (
    <p class="legend">
      {KEY.map(([outcome, text]) => (
        <span key={outcome}>
          <i class={`bar is-${outcome}`} /> {text}
        </span>
      ))}
      <span>
        <i class="wait" /> waits
      </span>
      <span>
        <i class="bar of-probe is-done" /> probe
      </span>
    </p>
  );
}

export function Ticks({
  axis,
  from,
  width,
}: {
  readonly axis: Axis;
  readonly from: number;
  readonly width: number;
}) {
  const parts = width < 360 ? 2 : 4;
  return (
    <div class="wf-ticks" aria-hidden="true">
      {Array.from({ length: parts + 1 }, (_, i) => {
        const place = i / parts;
        const text = i === 0 ? '0' : `+${duration(axis.timeAt(place) - from)}`;
        return (
          <span
            key={i}
            class={i === 0 ? 'first' : i === parts ? 'last' : ''}
            style={{ left: pc(place) }}
          >
            {text}
          </span>
        );
      })}
    </div>
  );
}
