import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import { SagaCancelledError } from '../errors/index.js';
import { decideBackward } from './decide-backward.js';
import type { Command } from './command.js';
import type { ParkReason, TurnCause } from './saga-record.js';
import type { SagaState, StepState } from './saga-state.js';

const STOP: Command = { type: 'stop' };
const COMPLETE: Command = { type: 'record', record: { type: 'completed' } };

function park(reason: ParkReason, label: string): Command {
  return { type: 'record', record: { type: 'parked', reason, label } };
}

function turn(cause: TurnCause): Command {
  return { type: 'record', record: { type: 'compensating', cause } };
}

/** A cancel takes effect at a step boundary, and not at all past the pivot. */
function turnForCancel(state: SagaState): Command | undefined {
  if (state.cancel === undefined || state.pivoted) return undefined;
  const { by, reason } = state.cancel;
  const error = new SagaCancelledError(reason, by);
  return turn({ reason: by === 'deadline' ? 'deadline' : 'cancelled', error });
}

/** Whether the policy leaves the step another attempt after the failure that its state shows. */
export function mayRetry(step: StepDefinition, state: StepState): boolean {
  if (state.doubtful && !step.policy.idempotent) return false;
  return state.retryable && state.attempt <= step.policy.retry.retries;
}

/** The step that was started last is not done: repeat it, ask after it, or turn back. */
function decideOpenStep(step: StepDefinition, open: StepState, state: SagaState): Command {
  const notBefore = state.cancel !== undefined && !state.pivoted ? 0 : open.retryAt;
  if (open.doubtful && !open.probed && step.policy.probe !== undefined) {
    return { type: 'probe', step, notBefore };
  }
  const cancelled = turnForCancel(state);
  if (cancelled !== undefined) return cancelled;
  if (open.phase !== 'failed') {
    // Its process went while it was in flight: the same attempt again, unless that may do harm.
    if (open.doubtful && !step.policy.idempotent) return park('in-doubt', open.label);
    return { type: 'run', step, attempt: open.attempt, notBefore };
  }
  if (mayRetry(step, open)) return { type: 'run', step, attempt: open.attempt + 1, notBefore };
  if (state.pivoted) return park('failed-after-pivot', open.label);
  if (step.policy.pivot && open.doubtful && step.compensate === undefined) {
    // It may have been the point of no return: undoing the others could lose what it did.
    return park('in-doubt', open.label);
  }
  return turn({ reason: 'step-failed', label: open.label, error: open.error });
}

function decideForward(definition: SagaDefinition, state: SagaState): Command {
  const last = state.steps[state.steps.length - 1];
  if (last !== undefined) {
    if (last.phase !== 'done') {
      const step = definition.step(last.label);
      if (step?.action === undefined) {
        return turnForCancel(state) ?? park('definition-mismatch', last.label);
      }
      return decideOpenStep(step, last, state);
    }
    if (last.error !== undefined) {
      return state.pivoted
        ? park('failed-after-pivot', last.label)
        : turn({ reason: 'unstorable-result', label: last.label, error: last.error });
    }
  }
  const cancelled = turnForCancel(state);
  if (cancelled !== undefined) return cancelled;
  const step = definition.forward[state.steps.length + state.skipped.length];
  return step === undefined ? COMPLETE : { type: 'run', step, attempt: 1, notBefore: 0 };
}

/**
 * The next command of a saga: a pure and total function of its plan and of what is known of it.
 * Every rule about the behaviour of sagas lives here and in `decideBackward`, and nowhere else.
 */
export function decide(definition: SagaDefinition, state: SagaState): Command {
  switch (state.status) {
    case 'running':
      return decideForward(definition, state);
    case 'compensating':
      return decideBackward(definition, state);
    default:
      return STOP;
  }
}
