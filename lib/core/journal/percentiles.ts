import type { SagaDurations } from './insight-answers.js';

/** Of at least one time in ms: how long, by nearest rank. */
export function percentilesOf(name: string, times: readonly number[]): SagaDurations {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
  return { name, sagas: sorted.length, p50: at(50), p95: at(95), p99: at(99), max: at(100) };
}
