import { types } from 'node:util';
import { shown } from './names.js';
import { groupProblem, isGroup, namesOf, unknownProblems } from './option-checks.js';
import type { RetiredSagaStep } from './saga-step.js';

/** Options of a whole saga. */
export interface SagaDefinitionOptions {
  /** Several versions of one name may be registered side by side. Whole number ≥ 1. @default 1 */
  readonly version?: number;
  /**
   * `halt`: the first compensation whose retries are exhausted parks the saga; `continue`: the others still
   * run, then it is parked. @default 'continue'
   */
  readonly onCompensationFailure?: 'continue' | 'halt';
}

/** What `defineSaga` takes. */
export interface WholeSagaOptions<TContext> extends SagaDefinitionOptions {
  readonly retired?: readonly (
    RetiredSagaStep<TContext, never> | RetiredSagaStep<TContext, never, true>
  )[];
  /** Other names by which `getStepResult` finds labels: the methods of a decorated class. */
  readonly aliases?: ReadonlyMap<string, string>;
}

/** The options that every form of a saga has. */
export const SAGA_OPTIONS: Readonly<Record<keyof SagaDefinitionOptions, true>> = {
  version: true,
  onCompensationFailure: true,
};
const WHOLE = namesOf<WholeSagaOptions<unknown>>({ ...SAGA_OPTIONS, retired: true, aliases: true });

/** What is unknown, or no object at all. */
export function wholeProblems(options: unknown): readonly string[] {
  const problem = groupProblem('the options of a saga', options);
  if (!isGroup(options)) return [problem ?? []].flat();
  const { retired, aliases } = options;
  return [
    ...unknownProblems('a saga', options, WHOLE),
    ...(retired === undefined || Array.isArray(retired)
      ? []
      : [`retired must be a list of steps (got ${shown(retired)})`]),
    ...(aliases === undefined || types.isMap(aliases)
      ? []
      : [`aliases must be a Map (got ${shown(aliases)})`]),
  ];
}

/** What is wrong with the values of a saga's options. */
export function optionProblems(options: SagaDefinitionOptions): readonly string[] {
  const { version = 1, onCompensationFailure: onFailure = 'continue' } = options;
  const problems: string[] = [];
  if (!Number.isSafeInteger(version) || version < 1) {
    problems.push(`version must be a whole number of at least 1 (got ${shown(version)})`);
  }
  if (onFailure !== 'continue' && onFailure !== 'halt') {
    problems.push(`onCompensationFailure must be 'continue' or 'halt' (got ${shown(onFailure)})`);
  }
  return problems;
}
