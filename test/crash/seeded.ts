/** Chance that can be repeated: mulberry32. */
export interface Chance {
  /** In [0, 1). */
  next(): number;
  /** A whole number in [0, end). */
  below(end: number): number;
  shuffled<T>(items: readonly T[]): T[];
}

export function seeded(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  const shuffled = <T>(items: readonly T[]): T[] => {
    const left = [...items];
    for (let i = left.length - 1; i > 0; i -= 1) {
      const j = below(i + 1);
      [left[i], left[j]] = [left[j] as T, left[i] as T];
    }
    return left;
  };
  return { next, below, shuffled };
}
