import type { SagaRecord } from '../machine/index.js';
import { whenRejected } from '../ports/index.js';
import type { LateEffect } from './late-effect.js';
import { reportRun, type Subject } from './report-run.js';

/** Nobody waits for an observer: that it fails changes nothing. */
export function observerFailed(run: Subject, error: unknown, effect?: LateEffect): void {
  reportRun(run, 'error', 'An observer of sagas threw', error, effect);
}

/** Tells them of a record that stands. */
export function tellRecord<R extends Subject>(
  run: R,
  observers: readonly { onRecord(run: R, record: SagaRecord, at: number): void }[],
  record: SagaRecord,
  at: number,
): void {
  for (const observer of observers) {
    try {
      const returned: unknown = observer.onRecord(run, record, at);
      if (returned !== undefined) whenRejected(returned, (error) => observerFailed(run, error));
    } catch (error) {
      observerFailed(run, error);
    }
  }
}
