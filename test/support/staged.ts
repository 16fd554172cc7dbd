import { SagaDefinition } from 'nestjs-saga-orchestrator/core';

/** The same plan with the steps of these labels in one stage: nothing makes such plans yet. */
export function together(plan: SagaDefinition, ...labels: readonly string[]): SagaDefinition {
  const { name, version, forward, onCompensationFailure, retired } = plan;
  const steps = forward.filter(({ label }) => labels.includes(label));
  const at = forward.indexOf(steps[0] as (typeof steps)[0]);
  const stages = [...forward.slice(0, at), { steps }, ...forward.slice(at + steps.length)];
  return new SagaDefinition(name, version, stages, onCompensationFailure, retired);
}
