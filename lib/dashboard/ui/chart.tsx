import { useSignal } from '@preact/signals';
import { count, dayOf, shortTime } from './format.js';
import type { Bucket } from './wire.js';

const SERIES = ['completed', 'compensated', 'parked', 'active'] as const;
const HEIGHT = 168;

/** A round number that is not below it. */
function ceiling(value: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  const step = [1, 2, 4, 5, 8, 10].find((one) => one * size >= value) ?? 10;
  return Math.max(4, step * size);
}

interface Props {
  readonly buckets: readonly Bucket[];
  readonly from: number;
  readonly bucketMs: number;
}

const total = (bucket: Bucket): number => SERIES.reduce((all, one) => all + bucket[one], 0);

export function Chart({ buckets, from, bucketMs }: Props) {
  const over = useSignal<number | undefined>(undefined);
  const most = ceiling(Math.max(0, ...buckets.map(total)));
  const isLong = bucketMs * buckets.length > 2 * 86_400_000;
  const timeAt = (at: number): string =>
    isLong ? dayOf(from + at * bucketMs) : shortTime(from + at * bucketMs);
  const sums = SERIES.map(
    (one) =>
      `${count(buckets.reduce((all, bucket) => all + bucket[one], 0))} ${one === 'active' ? 'under way' : one}`,
  );
  const shown = over.value === undefined ? undefined : buckets[over.value];
  const ticks = [0, 1, 2, 3, 4].map((i) => Math.round((i * buckets.length) / 5));
  return (
    <div
      class="chart"
      role="img"
      aria-label={`Sagas by the time of their start: ${sums.join(', ')}`}
    >
      <div class="chart-scale" aria-hidden="true">
        <span>{count(most)}</span>
        <span>{count(most / 2)}</span>
        <span>0</span>
      </div>
      <div
        class="chart-bars"
        aria-hidden="true"
        style={{ height: `${HEIGHT}px` }}
        onMouseLeave={() => (over.value = undefined)}
      >
        {buckets.map((bucket, i) => (
          <div key={i} class="chart-bar" onMouseEnter={() => (over.value = i)}>
            {SERIES.toReversed().map((one) =>
              bucket[one] === 0 ? null : (
                <i
                  key={one}
                  class={`is-${one}`}
                  style={{ height: `${((bucket[one] / most) * 100).toFixed(2)}%` }}
                />
              ),
            )}
          </div>
        ))}
      </div>
      <div class="chart-times" aria-hidden="true">
        {ticks.map((at) => (
          <span key={at}>{timeAt(at)}</span>
        ))}
        <span>now</span>
      </div>
      <p class="chart-says" aria-hidden="true">
        {shown === undefined
          ? ' '
          : `${timeAt(over.value ?? 0)}${isLong ? ` ${shortTime(from + (over.value ?? 0) * bucketMs)}` : ''} · ${
              SERIES.filter((one) => shown[one] > 0)
                .map((one) => `${count(shown[one])} ${one === 'active' ? 'under way' : one}`)
                .join(', ') || 'none'
            }`}
      </p>
    </div>
  );
}
