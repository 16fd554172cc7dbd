import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import type { SagaState } from './saga-state.js';

/** The plan was changed under the saga: no step of it follows from what was executed. */
export const MISMATCH = Symbol('mismatch');

/** What was started is exactly how the plan begins: nearly always, and worth no list. */
function followsPlan({ forward }: SagaDefinition, state: SagaState): boolean {
  let at = state.started;
  if (at > forward.length || state.skipped.length > 0) return false;
  for (let step = state.last; step !== undefined; step = step.previous) {
    at -= 1;
    if (step.label !== forward[at]?.label) return false;
  }
  return true;
}

/**
 * The step that follows what was executed and skipped; `undefined` at the end of the plan. Found by
 * label, never by position: a count would pass over a step when an executed one has been retired, or
 * another one inserted. Retired steps are passed over; all others must be a prefix of the plan.
 */
export function nextStep(
  definition: SagaDefinition,
  state: SagaState,
): StepDefinition | typeof MISMATCH | undefined {
  const { forward } = definition;
  const { skipped, started } = state;
  if (followsPlan(definition, state)) {
    return started < forward.length ? forward[started] : undefined;
  }
  let next = 0;
  const passSkipped = (): void => {
    for (let step = forward[next]; step && skipped.includes(step.label); step = forward[next]) {
      next += 1;
    }
  };
  for (const { label } of state.steps) {
    if (skipped.length > 0) passSkipped();
    if (forward[next]?.label === label) {
      next += 1;
      continue;
    }
    const plan = definition.step(label);
    if (plan === undefined || plan.action !== undefined) return MISMATCH;
  }
  if (skipped.length > 0) passSkipped();
  return forward[next];
}
