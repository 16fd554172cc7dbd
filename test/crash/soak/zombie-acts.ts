import type { Sight } from './witness.js';

/**
 * What a worker that had a transfer in `epoch` began of it after somebody else had taken it, and what
 * it wrote behind the first record of that one. To be told only now what was written before its sleep
 * is no fault, and neither is what it does once it has taken the transfer over again, by right.
 */
export function zombieActs(
  sights: readonly Sight[],
  worker: number,
  epoch: number,
): readonly Sight[] {
  const theirs = sights.flatMap((sight) =>
    sight.kind === 'acked' && sight.epoch > epoch ? [sight.seq] : [],
  );
  const takenAt = Math.min(...theirs);
  let newest = epoch;
  let isLost = false;
  return sights.filter((sight) => {
    if (sight.kind === 'acked' && sight.epoch <= epoch) return sight.seq >= takenAt;
    // Whoever slept says late what it once had: only a newer epoch takes the transfer from anybody.
    if ((sight.kind === 'claimed' || sight.kind === 'acked') && sight.epoch > newest) {
      newest = sight.epoch;
      isLost = sight.worker !== worker;
    }
    return isLost && sight.worker === worker && sight.kind === 'call';
  });
}
