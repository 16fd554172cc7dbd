import type { SagaState } from './saga-state.js';
import { quoted } from '../ports/index.js';

/**
 * Why a saga cannot be cancelled any more; `undefined` when it can. One that was parked on its way
 * forward can: it then undoes what was done.
 */
export function refusalToCancel(state: SagaState): string | undefined {
  if (state.pivoted) return 'its pivot step is done, nothing is compensated after it';
  if (state.parked?.reason === 'terminated') return 'it was terminated';
  if (state.cause !== undefined && !state.atRest) return 'it is compensating already';
  const forward = state.status === 'running' || (state.status === 'parked' && !state.cause);
  return forward ? undefined : `it is ${state.status}`;
}

/** Why an operator cannot say that a step did not take place. */
function refusalOfNotDone(state: SagaState, label: string): string | undefined {
  const step = state.step(label);
  if (step === undefined) return `it has not started a step ${quoted(label)}`;
  if (step.phase === 'done') return `step ${quoted(label)} is done`;
  return step.outcome === 'unknown' ? undefined : `step ${quoted(label)} is not in doubt`;
}

function refusalOfLabel(state: SagaState, label: string, done: boolean): string | undefined {
  const step = state.step(label);
  if (step === undefined) return `it has not started a step ${quoted(label)}`;
  if (done) return step.phase === 'done' ? `step ${quoted(label)} is done already` : undefined;
  if (step.undo?.phase === 'done') return `step ${quoted(label)} is undone already`;
  const owesNothing = step.outcome === 'not-done' && step.undo === undefined && !step.isOwed;
  return owesNothing ? `step ${quoted(label)} did not take place` : undefined;
}

/** What an operator may want to do to a saga by hand. */
export type OperatorCommand =
  | { readonly act: 'terminate' }
  | { readonly act: 'retry-compensation' }
  | { readonly act: 'mark-compensated'; readonly label: string }
  | { readonly act: 'mark-not-done'; readonly label: string }
  | { readonly act: 'mark-done'; readonly label: string; readonly result?: unknown };

/** Its name in a message: 'Cannot … saga PlaceOrder 'o-1''. */
export function verbOf(command: OperatorCommand): string {
  switch (command.act) {
    case 'terminate':
      return 'terminate';
    case 'retry-compensation':
      return 'retry the compensations of';
    case 'mark-compensated':
      return `mark step ${quoted(command.label)} as compensated in`;
    case 'mark-done':
      return `mark step ${quoted(command.label)} as done in`;
    case 'mark-not-done':
      return `mark step ${quoted(command.label)} as not done in`;
  }
}

/** Why an operator cannot do that; `undefined` when he can. */
export function refusalOfManual(state: SagaState, command: OperatorCommand): string | undefined {
  if (command.act === 'terminate') {
    const ended = state.status === 'completed' || state.status === 'compensated';
    return ended ? `it is ${state.status}` : undefined;
  }
  if (state.status !== 'parked') return `it is ${state.status}, not parked`;
  if (command.act === 'mark-done' || command.act === 'mark-not-done') {
    if (state.cause !== undefined) return 'it has begun to undo its steps';
    if (state.parked?.reason === 'terminated') return 'it was terminated';
    if (command.act === 'mark-not-done') return refusalOfNotDone(state, command.label);
    return refusalOfLabel(state, command.label, true);
  }
  if (state.cause === undefined) return 'it has not begun to undo its steps; cancel it first';
  return command.act === 'retry-compensation'
    ? undefined
    : refusalOfLabel(state, command.label, false);
}
