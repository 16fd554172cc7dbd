import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import { SagaCancelledError } from '../errors/index.js';
import { decideBackward } from './decide-backward.js';
import type { Command } from './command.js';
import { MISMATCH, nextStep } from './next-step.js';
import type { ParkReason, TurnCause } from './saga-record.js';
import type { SagaState } from './saga-state.js';
import type { StepState } from './step-state.js';

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
  if (state.doubt !== 'none' && !step.policy.idempotent) return false;
  return state.failure?.retryable !== false && state.attempt <= step.policy.retry.retries;
}

/** It may have been the point of no return: undoing the others could lose what it did. */
function mayHavePivoted(step: StepDefinition, open: StepState): boolean {
  return step.policy.pivot && open.doubt !== 'none' && step.compensate === undefined;
}

/** A step was started and is not done: repeat it, ask after it, or start compensating. */
function decideNotDone(step: StepDefinition, open: StepState, state: SagaState): Command {
  const notBefore = state.cancel !== undefined && !state.pivoted ? 0 : (open.failure?.retryAt ?? 0);
  if (open.doubt === 'open' && step.policy.probe !== undefined) {
    const asked = state.question(open.label);
    return { type: 'probe', step, notBefore: Math.max(notBefore, asked?.notBefore ?? 0) };
  }
  const cancelled = turnForCancel(state);
  if (cancelled !== undefined) {
    return mayHavePivoted(step, open) ? park('in-doubt', open.label) : cancelled;
  }
  if (open.phase !== 'failed') {
    // Its process died while it was in flight: the same attempt again, unless that may do harm.
    if (open.doubt !== 'none' && !step.policy.idempotent) return park('in-doubt', open.label);
    return { type: 'run', step, attempt: open.attempt, notBefore };
  }
  if (mayRetry(step, open)) return { type: 'run', step, attempt: open.attempt + 1, notBefore };
  if (state.pivoted) return park('failed-after-pivot', open.label);
  if (mayHavePivoted(step, open)) return park('in-doubt', open.label);
  return turn({ reason: 'step-failed', label: open.label, error: open.failure?.error });
}

function decideOpen(definition: SagaDefinition, open: StepState, state: SagaState): Command {
  const { label } = open;
  if (open.phase === 'done') {
    return state.pivoted
      ? park('failed-after-pivot', label)
      : turn({ reason: 'unstorable-result', label, error: open.failure?.error });
  }
  const step = definition.step(label);
  if (step?.action === undefined) {
    return turnForCancel(state) ?? park('definition-mismatch', label);
  }
  const command = decideNotDone(step, open, state);
  // No further effect in a saga that cannot go on after it.
  const isStuck = command.type === 'run' && nextStep(definition, state) === MISMATCH;
  return isStuck ? park('definition-mismatch', label) : command;
}

function decideForward(definition: SagaDefinition, state: SagaState): Command {
  // What was started is settled one by one, in order of start, before anything else starts.
  const open = state.firstOpen;
  if (open !== undefined) return decideOpen(definition, open, state);
  const cancelled = turnForCancel(state);
  if (cancelled !== undefined) return cancelled;
  const step = nextStep(definition, state);
  if (step === MISMATCH) return park('definition-mismatch', state.last?.label ?? '');
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
