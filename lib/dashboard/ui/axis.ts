import type { Waterfall } from './waterfall-model.js';

/** A part of time in which nothing was at work, drawn short. */
export interface Fold {
  readonly from: number;
  readonly to: number;
}

/** Where time is on the axis, from 0 to 1. */
export interface Axis {
  readonly at: (time: number) => number;
  readonly folds: readonly Fold[];
  /** The time at a place: for ticks. */
  readonly timeAt: (place: number) => number;
}

const FOLD_WIDTH = 0.06;
const LEAST_FOLD_MS = 5_000;

/** Gaps of at least five seconds that take more than a third of all time, at most three, the longest. */
function foldsOf({ bars, lines, from, to }: Waterfall): readonly Fold[] {
  const busy = [
    ...bars.map((bar) => ({ from: bar.from, to: bar.to ?? to })),
    ...lines.map(({ at }) => ({ from: at, to: at })),
  ];
  const edges = busy
    .concat({ from, to: from }, { from: to, to })
    .sort((one, other) => one.from - other.from);
  const gaps: Fold[] = [];
  let end = from;
  for (const edge of edges) {
    if (edge.from - end >= LEAST_FOLD_MS) gaps.push({ from: end, to: edge.from });
    end = Math.max(end, edge.to);
  }
  const idle = gaps.sort((one, other) => other.to - other.from - (one.to - one.from)).slice(0, 3);
  const rest = to - from - idle.reduce((all, gap) => all + gap.to - gap.from, 0);
  return idle.filter((gap) => gap.to - gap.from > rest).sort((one, other) => one.from - other.from);
}

export function axisOf(waterfall: Waterfall): Axis {
  const { from, to } = waterfall;
  const folds = foldsOf(waterfall);
  const folded = folds.reduce((all, gap) => all + gap.to - gap.from, 0);
  const open = Math.max(1, to - from - folded);
  const room = 1 - folds.length * FOLD_WIDTH;
  // [time, place] at every corner of the axis.
  const corners: [number, number][] = [[from, 0]];
  let place = 0;
  let time = from;
  for (const fold of folds) {
    place += ((fold.from - time) / open) * room;
    corners.push([fold.from, place]);
    place += FOLD_WIDTH;
    corners.push([fold.to, place]);
    time = fold.to;
  }
  corners.push([to, 1]);
  const between = (value: number, a: 0 | 1): number => {
    const b = a === 0 ? 1 : 0;
    const next = Math.max(
      1,
      corners.findIndex((corner) => corner[a] >= value),
    );
    const [low, high] = [corners[next - 1] as [number, number], corners[next] as [number, number]];
    const span = high[a] - low[a];
    return low[b] + (span === 0 ? 0 : ((value - low[a]) / span) * (high[b] - low[b]));
  };
  return {
    folds,
    at: (when) => between(Math.min(to, Math.max(from, when)), 0),
    timeAt: (where) => between(Math.min(1, Math.max(0, where)), 1),
  };
}
