import type { ManualAct } from './saga-record.js';
import type { SagaState } from './saga-state.js';
import { UndoState, type StepState } from './step-state.js';

/** The undos whose retries are exhausted get all of their attempts again. */
function retryUndos(state: SagaState): void {
  for (const step of state.steps) {
    if (step.undo?.phase === 'failed') step.undo = undefined;
  }
}

function markUndone(step: StepState): void {
  step.undo ??= new UndoState(1);
  step.undo.phase = 'done';
  step.undo.failure = undefined;
}

function markDone(step: StepState, result: unknown): void {
  step.phase = 'done';
  step.doubt = 'none';
  step.failure = undefined;
  step.result = result;
}

/** As a clean failure: a resume runs it again, and compensation passes it over. */
function markNotDone(step: StepState): void {
  if (step.phase !== 'failed') step.phase = 'interrupted';
  step.doubt = 'none';
}

/** Folds what an operator did to a saga that was parked, or that nobody works on. */
export function evolveManual(state: SagaState, act: ManualAct): void {
  if (act.act === 'terminate') {
    state.status = 'parked';
    state.set({ parked: { reason: 'terminated' } });
    return;
  }
  if (act.act === 'mark-not-done') {
    // Forward or back is still the operator's to choose.
    const step = state.step(act.label);
    if (step !== undefined) markNotDone(step);
    return;
  }
  state.set({ parked: undefined, back: undefined });
  state.status = state.cause === undefined ? 'running' : 'compensating';
  switch (act.act) {
    case 'retry-compensation':
      retryUndos(state);
      break;
    case 'mark-compensated': {
      const step = state.step(act.label);
      if (step !== undefined) markUndone(step);
      break;
    }
    case 'mark-done': {
      const step = state.step(act.label);
      if (step === undefined) break;
      markDone(step, act.result);
      if (act.pivot) state.set({ pivoted: true });
    }
  }
}
