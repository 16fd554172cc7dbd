import type { SagaFailure } from '../errors/index.js';
import type { SagaState } from './saga-state.js';
import type { StepState } from './step-state.js';

function compensationErrors(state: SagaState): { label: string; error: unknown }[] {
  return state.steps.flatMap(({ label, undo }) =>
    undo?.phase === 'failed' ? [{ label, error: undo.failure?.error }] : [],
  );
}

/** The step whose failure ended the forward way: the one named, else the first that is not done. */
function failedLabel(state: SagaState): string | undefined {
  const open = state.open.find(({ phase }) => phase !== 'done');
  return state.cause?.label ?? state.parked?.label ?? open?.label;
}

function labels(steps: readonly StepState[]): readonly string[] {
  return steps.map((step) => step.label);
}

/** The account of a saga that rests but did not complete. */
export function failureOf(sagaName: string, sagaId: string, state: SagaState): SagaFailure {
  const label = failedLabel(state);
  const undone = state.steps.filter((step) => step.undo?.phase === 'done');
  const kept = state.steps.filter(
    (step) => step.outcome !== 'not-done' && step.undo?.phase !== 'done',
  );
  return {
    sagaId,
    sagaName,
    status: state.status === 'compensated' ? 'compensated' : 'parked',
    ...(state.parked === undefined ? {} : { parkReason: state.parked.reason }),
    ...(label === undefined ? {} : { failedLabel: label }),
    cause:
      state.cause?.error ?? (label === undefined ? undefined : state.step(label)?.failure?.error),
    compensated: labels(undone).toReversed(),
    notCompensated: labels(kept),
    skipped: state.skipped,
    compensationErrors: compensationErrors(state),
  };
}
