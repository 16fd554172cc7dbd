import type { SagaState, StepState } from '../machine/index.js';

/** What is true of the effects of a saga, by the labels of its steps in order of their start. */
export interface SagaAccount {
  /** Its effect stands: done and not undone. */
  readonly standing: readonly string[];
  /** Its effect was undone. */
  readonly undone: readonly string[];
  /** A compensation was promised when it started, and is not done yet. */
  readonly owed: readonly string[];
  /** Nobody knows whether it took place. */
  readonly inDoubt: readonly string[];
}

/** Tells a person what stands, what was undone, what is owed, and what is in doubt. */
export function explain(state: SagaState): SagaAccount {
  const { steps } = state;
  const labels = (holds: (step: StepState) => boolean): readonly string[] =>
    steps.filter(holds).map(({ label }) => label);
  const isUndone = ({ undo }: StepState): boolean => undo?.phase === 'done';
  return {
    standing: labels((step) => step.outcome === 'done' && !isUndone(step)),
    undone: labels(isUndone),
    owed: labels((step) => step.isOwed),
    inDoubt: labels((step) => step.outcome === 'unknown' && !isUndone(step)),
  };
}
