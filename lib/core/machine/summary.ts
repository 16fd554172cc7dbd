import type { SagaFailure } from '../errors/index.js';
import type { SagaState } from './saga-state.js';

/** The step whose failure ended the forward way: the one named, else the first that is not done. */
function failedLabel(state: SagaState): string | undefined {
  const open = state.open.find(({ phase }) => phase !== 'done');
  return state.cause?.label ?? state.parked?.label ?? open?.label;
}

/** The account of a saga that rests but did not complete. */
export function failureOf(sagaName: string, sagaId: string, state: SagaState): SagaFailure {
  const label = failedLabel(state);
  const compensated: string[] = [];
  const notCompensated: string[] = [];
  const compensationErrors: { label: string; error: unknown }[] = [];
  for (const { label, outcome, undo } of state.steps) {
    if (undo?.phase === 'done') compensated.push(label);
    else if (outcome !== 'not-done') notCompensated.push(label);
    if (undo?.phase === 'failed') compensationErrors.push({ label, error: undo.failure?.error });
  }
  return {
    sagaId,
    sagaName,
    status: state.status === 'compensated' ? 'compensated' : 'parked',
    ...(state.parked === undefined ? {} : { parkReason: state.parked.reason }),
    ...(label === undefined ? {} : { failedLabel: label }),
    cause:
      state.cause?.error ?? (label === undefined ? undefined : state.step(label)?.failure?.error),
    compensated: compensated.reverse(),
    notCompensated,
    skipped: state.skipped,
    compensationErrors,
  };
}
