import { NOTHING_TO_UNDO } from 'nestjs-saga-orchestrator/core';

interface Step {
  readonly pivot?: boolean | undefined;
  readonly compensate?: unknown;
}

/** Random steps as a plan can have them: one pivot, and nothing to undo behind it. */
export function oneWay<S extends Step>(steps: readonly S[]): S[] {
  const pivot = steps.findIndex((step) => step.pivot === true);
  return steps.map((step, index) =>
    pivot < 0 || index <= pivot ? step : { ...step, pivot: false, compensate: NOTHING_TO_UNDO },
  );
}
