import type { StepDefinition } from '../definition/index.js';
import type { OwedUndo, SagaRecord } from './saga-record.js';

function owedUndo({ compensate, policy }: StepDefinition): OwedUndo {
  if (compensate === undefined) return false;
  return policy.compensateOn === 'attempted' ? 'attempted' : true;
}

/** What is recorded before an attempt of an action: also which undo it may come to owe. */
export function intentOf(step: StepDefinition, attempt: number): SagaRecord {
  return { type: 'started', label: step.label, attempt, owesUndo: owedUndo(step) };
}
