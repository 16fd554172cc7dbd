import type { AttemptInFlight } from './run-persistence.js';

/** The attempts of one run that are in flight: a single one stands for itself, without a set around it. */
export type Attempts = AttemptInFlight | ReadonlySet<AttemptInFlight> | undefined;

function listed(attempts: Attempts): readonly AttemptInFlight[] {
  if (attempts === undefined) return [];
  return 'direction' in attempts ? [attempts] : [...attempts];
}

export function withAttempt(attempts: Attempts, attempt: AttemptInFlight): Attempts {
  if (attempts === attempt) return attempt;
  return new Set([...listed(attempts), attempt]);
}

export function withoutAttempt(attempts: Attempts, attempt: AttemptInFlight): Attempts {
  const others = listed(attempts).filter((one) => one !== attempt);
  return others.length > 1 ? new Set(others) : others[0];
}

/** An undo is never aborted by a cancel. */
export function abortActions(attempts: Attempts, reason: Error): void {
  for (const one of listed(attempts)) if (one.direction === 'do') one.abort(reason);
}

export function stopAll(attempts: Attempts, error: Error): void {
  for (const one of listed(attempts)) one.stop(error);
}
