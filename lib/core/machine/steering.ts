import type { SagaDefinition } from '../definition/index.js';
import { MISMATCH, nextStep } from './next-step.js';
import type { SagaState } from './saga-state.js';

/**
 * The label a resume goes on from when none is given: the open step, else the next one, else the
 * last.
 */
export function firstOpenLabel(definition: SagaDefinition, state: SagaState): string {
  const open = state.steps.find((step) => step.phase !== 'done');
  const next = nextStep(definition, state);
  return open?.label ?? (next === MISMATCH ? undefined : next?.label) ?? state.last?.label ?? '';
}
