import type { RetryPolicy } from './retry-policy.js';

/** The pause in ms after the failed attempt `attempt` (from 1); `random` is in [0, 1). */
export function backoff(policy: RetryPolicy, attempt: number, random: number): number {
  const full = Math.min(policy.maxDelay, policy.delay * policy.factor ** (attempt - 1));
  return full - full * policy.jitter * random;
}
