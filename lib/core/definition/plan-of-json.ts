import type { DefinitionJson, StepJson } from './plan-json.js';
import { SagaDefinition } from './saga-definition.js';
import { StepDefinition } from './step-definition.js';
import { DEFAULT_POLICY } from './step-policy.js';

/** Nothing of such a plan is ever run. */
function unknownHere(): never {
  throw new Error('This plan was read from a journal, and has no functions');
}

function stepOf({ label, compensate, ...flags }: StepJson, isRetired: boolean): StepDefinition {
  const { pivot, compensateOn, idempotent, probe } = flags;
  const policy = { ...DEFAULT_POLICY, pivot, compensateOn, idempotent };
  return new StepDefinition(
    label,
    isRetired ? undefined : unknownHere,
    compensate ? unknownHere : undefined,
    probe ? { ...policy, probe: unknownHere } : policy,
  );
}

/**
 * A plan as its journal keeps it, to be drawn, compared, and asked what it takes. It has no functions, and
 * none of what plans do not keep: retries and timeouts.
 */
export function planOfJson(plan: DefinitionJson): SagaDefinition {
  const stages = plan.stages.map(({ steps }) => ({
    steps: steps.map((step) => stepOf(step, false)),
  }));
  const retired = plan.retired.map((step) => stepOf(step, true));
  return new SagaDefinition(plan.name, plan.version, stages, plan.onCompensationFailure, retired);
}
