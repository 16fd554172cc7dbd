import { Possession } from './possession.js';
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
  const held = new Possession(worker, epoch);
  return sights.filter((sight) => {
    if (sight.kind === 'acked' && sight.epoch <= epoch) return sight.seq >= takenAt;
    held.see(sight);
    return held.worker !== worker && sight.worker === worker && sight.kind === 'call';
  });
}
