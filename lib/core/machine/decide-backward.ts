import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import type { Command } from './command.js';
import type { SagaState } from './saga-state.js';
import type { StepState, UndoState } from './step-state.js';

const COMPENSATED: Command = { type: 'record', record: { type: 'compensated' } };

function parked(reason: 'compensation-failed' | 'definition-mismatch', label: string): Command {
  return { type: 'record', record: { type: 'parked', reason, label } };
}

function isUndone(step: StepState): boolean {
  return step.undo?.phase === 'done';
}

function isDue(step: StepState, definition: StepDefinition | undefined): boolean {
  if (isUndone(step)) return false;
  if (step.isOwed || step.outcome !== 'not-done') return true;
  return definition?.policy.compensateOn === 'attempted';
}

/** The labels of the steps whose undo is owed and not known any more. */
export function missingUndos(definition: SagaDefinition, state: SagaState): readonly string[] {
  return state.steps
    .filter((step) => step.isOwed && definition.step(step.label)?.compensate === undefined)
    .map(({ label }) => label);
}

/** Whether the policy leaves the undo no further attempt. */
export function retriesExhausted(step: StepDefinition, undo: UndoState): boolean {
  if (undo.phase !== 'failed') return false;
  return undo.failure?.retryable === false || undo.attempt > step.policy.compensationRetry.retries;
}

function decideUndo(step: StepDefinition, undo: UndoState | undefined): Command {
  if (undo === undefined) return { type: 'undo', step, attempt: 1, notBefore: 0 };
  const attempt = undo.phase === 'failed' ? undo.attempt + 1 : undo.attempt;
  return { type: 'undo', step, attempt, notBefore: undo.failure?.retryAt ?? 0 };
}

/**
 * Compensation: reverse order of start, one at a time, none skipped, none twice. It begins where the
 * undo that was begun last stands, so that the thousandth costs what the first one does; what is left
 * at the end is looked for once more, in all of them.
 */
export function decideBackward(definition: SagaDefinition, state: SagaState): Command {
  const { back, last } = state;
  if (back !== undefined && back !== last) {
    const command = undoFrom(definition, back);
    if (command?.type === 'undo') return command;
  }
  return undoFrom(definition, last) ?? COMPENSATED;
}

/** The next undo from that step on, else why there must be an operator. */
function undoFrom(definition: SagaDefinition, from: StepState | undefined): Command | undefined {
  let stuck: Command | undefined;
  for (let step = from; step !== undefined; step = step.previous) {
    const plan = definition.step(step.label);
    if (!isDue(step, plan)) continue;
    if (plan?.compensate === undefined) {
      if (!step.owesUndo) continue;
      // The undo that was promised when the step started must not vanish with a deploy.
      stuck ??= parked('definition-mismatch', step.label);
    } else if (step.undo === undefined || !retriesExhausted(plan, step.undo)) {
      return decideUndo(plan, step.undo);
    } else {
      stuck ??= parked('compensation-failed', step.label);
    }
    if (definition.onCompensationFailure === 'halt') return stuck;
  }
  return stuck;
}
