import type { Stage, StepDefinition } from './step-definition.js';

/** What unfinished sagas depend on of a step; timeouts and retry policies may change freely. */
export interface StepJson {
  readonly label: string;
  readonly compensate: boolean;
  readonly pivot: boolean;
  readonly compensateOn: 'done' | 'attempted';
  readonly idempotent: boolean;
  readonly probe: boolean;
}

/**
 * What unfinished sagas depend on of a plan. Its text is what fingerprints are made of: what is added
 * to it stands there only where a plan makes use of it.
 */
export interface PlanJson {
  readonly version: number;
  readonly onCompensationFailure: 'continue' | 'halt';
  readonly stages: readonly { readonly steps: readonly StepJson[] }[];
  readonly retired: readonly StepJson[];
}

/** A definition as data, for whoever shows it. */
export interface DefinitionJson extends PlanJson {
  readonly name: string;
  readonly fingerprint: string;
}

function stepJson({ label, compensate, policy }: StepDefinition): StepJson {
  const { pivot, compensateOn, idempotent, probe } = policy;
  return {
    label,
    compensate: compensate !== undefined,
    pivot,
    compensateOn,
    idempotent,
    probe: probe !== undefined,
  };
}

interface Plan extends Omit<PlanJson, 'stages' | 'retired'> {
  readonly stages: readonly Stage[];
  readonly retired: readonly StepDefinition[];
}

export function planJson({ version, onCompensationFailure, stages, retired }: Plan): PlanJson {
  return {
    version,
    onCompensationFailure,
    stages: stages.map(({ steps }) => ({ steps: steps.map(stepJson) })),
    retired: retired.map(stepJson),
  };
}
