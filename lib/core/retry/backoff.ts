import type { RetryPolicy } from './retry-policy.js';

/** The pause in ms after the failed attempt `attempt` (from 1); `random` is in [0, 1). */
export function backoff(policy: RetryPolicy, attempt: number, random: number): number {
  // A pause of 0 stays one, however often it was multiplied: 0 * Infinity is NaN.
  if (policy.delay === 0) return 0;
  const full = Math.min(policy.maxDelay, policy.delay * policy.factor ** (attempt - 1));
  return full - full * policy.jitter * random;
}
