import type { SagaDefinition, StepDefinition } from '../definition/index.js';
import type { SagaState } from './saga-state.js';
import type { StepState } from './step-state.js';

/** The plan was changed under the saga: no step of it follows from what was executed. */
export const MISMATCH = Symbol('mismatch');

/**
 * The step that follows what was executed and skipped; `undefined` at the end of the plan. Retired
 * steps are passed over; all others that were executed must be a prefix of the plan.
 */
export function nextStep(
  definition: SagaDefinition,
  state: SagaState,
): StepDefinition | typeof MISMATCH | undefined {
  if (state.inherited || state.skipped.length > 0) return nextByLabel(definition, state);
  // The plan of a saga that this process began has not changed: a count is enough.
  const { forward } = definition;
  return state.started < forward.length ? forward[state.started] : undefined;
}

/** How far a saga had come when it was last asked for its next step: what is older is known. */
interface Reached {
  readonly definition: SagaDefinition;
  readonly skipped: readonly string[];
  readonly last: StepState | undefined;
  /** Where in the plan it goes on. */
  readonly next: number;
}

const reached = new WeakMap<SagaState, Reached>();

/** By label, never by position: a count would pass over a step that was inserted or retired. */
function nextByLabel(
  definition: SagaDefinition,
  state: SagaState,
): StepDefinition | typeof MISMATCH | undefined {
  const { forward } = definition;
  const { last, skipped } = state;
  const known = reached.get(state);
  const isOfThis = known?.definition === definition && known.skipped === skipped;
  const since: StepState[] = [];
  let from = last;
  for (; from !== undefined && !(isOfThis && from === known.last); from = from.previous) {
    since.push(from);
  }
  let next = from === undefined ? afterSkipped(forward, skipped, 0) : (known?.next ?? 0);
  for (const { label } of since.reverse()) {
    if (forward[next]?.label === label) {
      next = afterSkipped(forward, skipped, next + 1);
      continue;
    }
    const plan = definition.step(label);
    if (plan === undefined || plan.action !== undefined) return MISMATCH;
  }
  reached.set(state, { definition, skipped, last, next });
  return forward[next];
}

function afterSkipped(
  forward: readonly StepDefinition[],
  skipped: readonly string[],
  from: number,
): number {
  let next = from;
  while (skipped.includes(forward[next]?.label ?? '')) next += 1;
  return next;
}
