import type { DefinitionJson, SagaDefinition } from '../core/index.js';
import type { PlanStep } from './ui/wire.js';

/** A plan as the browser draws it; `known` has the policies that its JSON leaves out. */
export function planOf(json: DefinitionJson, known?: SagaDefinition): readonly PlanStep[] {
  const stages = [
    ...json.stages.map(({ steps }, stage) => ({ steps, stage, retired: false })),
    { steps: json.retired, stage: json.stages.length, retired: true },
  ];
  return stages.flatMap(({ steps, stage, retired }) =>
    steps.map(({ label, compensate, probe, pivot }) => {
      const policy = known?.step(label)?.policy;
      return {
        ...{ label, undo: compensate, probe, pivot, retired, stage },
        ...(policy === undefined
          ? {}
          : { retries: policy.retry.retries, undoRetries: policy.compensationRetry.retries }),
        ...(policy?.timeout === undefined ? {} : { timeout: policy.timeout }),
      };
    }),
  );
}
