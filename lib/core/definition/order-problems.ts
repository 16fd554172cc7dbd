import { shown } from './names.js';
import type { StepDefinition } from './step-definition.js';

const NONE: readonly string[] = [];

function duplicateProblem(label: string): string {
  return `label ${shown(label)} is used twice; labels must be unique in a saga`;
}

/** Nothing is compensated after a pivot: a promise to undo what comes then could not be kept. */
function pivotProblems(pivot: string, step: StepDefinition): readonly string[] {
  const where = `step ${shown(step.label)}`;
  const second = step.policy.pivot
    ? [`${where}: it is a second pivot, behind ${shown(pivot)}; a saga has one, remove its pivot`]
    : [];
  const undo =
    step.compensate === undefined
      ? []
      : [
          `${where}: compensate stands behind the pivot ${shown(pivot)}, after which nothing is ` +
            'undone; leave it out, or move the pivot',
        ];
  return [...second, ...undo];
}

/** What does not go together in the steps that run, each of them valid alone. */
export function orderProblems(forward: readonly StepDefinition[]): readonly string[] {
  const pivot = forward.findIndex(({ policy }) => policy.pivot);
  const { label = '' } = forward[pivot] ?? {};
  const behind = pivot < 0 ? [] : forward.slice(pivot + 1);
  return behind.flatMap((step) => pivotProblems(label, step));
}

/** The same of one more step. Costs nothing where there is nothing to tell: chains ask for every step. */
export function clashProblems(
  earlier: readonly StepDefinition[],
  step: StepDefinition,
): readonly string[] {
  let problems = NONE;
  for (const { label, action, policy } of earlier) {
    if (label === step.label) problems = [...problems, duplicateProblem(label)];
    // Retired steps stand beside the order of the others.
    const isBehind = policy.pivot && action !== undefined && step.action !== undefined;
    if (isBehind) problems = [...problems, ...pivotProblems(label, step)];
  }
  return problems;
}

/** Of all that were given, also those that are not valid: every problem is told at once. */
export function duplicates(steps: readonly { readonly label?: unknown }[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const step of steps) {
    const label: unknown = (step as { readonly label?: unknown } | null | undefined)?.label;
    if (typeof label === 'string') (seen.has(label) ? twice : seen).add(label);
  }
  return [...twice].map(duplicateProblem);
}
