import { errorWithin, isSagaError, SagaInterruptedError } from '../errors/index.js';
import { redactedError } from '../journal/index.js';
import { isInstance, messageOf, quoted } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import { noteIntent } from './note-intent.js';
import { reportRun } from './report-run.js';
import { FailureValue } from './returned.js';
import type { Run } from './run.js';

const NO_OUTCOME: ReadonlySet<string> = new Set([
  'SAGA_INTERRUPTED',
  'SAGA_JOURNAL',
  'SAGA_LEASE_LOST',
]);

/**
 * An error of this library that came out of user code and says that some saga goes on elsewhere: a step
 * has started another saga and awaits it. An `Err` that holds it is none, since the step itself has
 * judged, and neither is what an undo says that finds its work done.
 */
export function noOutcomeIn(thrown: unknown): object | undefined {
  if (isInstance(thrown, FailureValue) || isSagaError(thrown, 'SAGA_ALREADY_UNDONE')) return;
  return errorWithin(thrown, (one) => isSagaError(one) && NO_OUTCOME.has(one.code));
}

/**
 * Stops a run at an attempt that came to no outcome: nothing is noted of it, as if its process had
 * died. The process that resumes the saga finds it in doubt.
 *
 * @throws SagaInterruptedError always; what the journal throws when it fails, too.
 */
export async function stopWithoutOutcome(
  run: Run,
  { step, label, attempt }: ActionContext,
  of: 'step' | 'the undo of step' | 'the probe of step',
  word: object,
): Promise<never> {
  const what = `${of} ${quoted(label)} came to no outcome`;
  const { persistence } = run;
  let next = '';
  if (persistence === undefined) {
    // A bare chain that nobody observes does not write down that a step begins.
    if (of === 'step' && run.observers === undefined) noteIntent(run, 'started', step, attempt);
    next = '; run it again to resume it';
  } else {
    // What was noted in the meantime must be written.
    await persistence.flush();
    // A shutdown was logged already.
    if (run.stopped === undefined) {
      const message = `The saga stops here and is resumed later: ${what}`;
      reportRun(run, 'warn', message, word, { label, attempt });
    }
  }
  const cause = redactedError(word, persistence?.redact);
  const why = `${what} (${messageOf(cause)})${next}`;
  throw new SagaInterruptedError(run.sagaName, run.sagaId, why, { cause });
}
