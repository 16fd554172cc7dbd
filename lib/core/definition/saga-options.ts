import { shown } from './names.js';
import { namesOf, unknownProblems } from './option-checks.js';
import type { RetiredSagaStep } from './saga-step.js';

/** Settings of a whole saga. */
export interface SagaDefinitionOptions {
  /** Several versions of one name may be registered side by side. Whole number ≥ 1. @default 1 */
  readonly version?: number;
  /**
   * `halt`: the first compensation that finally fails parks the saga; `continue`: the others still
   * run, then it is parked. @default 'continue'
   */
  readonly onCompensationFailure?: 'continue' | 'halt';
}

/** What `defineSaga` takes. */
export interface WholeSagaOptions<TContext> extends SagaDefinitionOptions {
  readonly retired?: readonly RetiredSagaStep<TContext, never>[];
  /** Other names by which `getStepResult` finds labels: the methods of a decorated class. */
  readonly aliases?: ReadonlyMap<string, string>;
}

const OPTIONS = namesOf<WholeSagaOptions<unknown>>({
  version: true,
  onCompensationFailure: true,
  retired: true,
  aliases: true,
});

/** What nobody would read. */
export function unknownOptionProblems(options: object): readonly string[] {
  return unknownProblems('a saga', options, OPTIONS);
}

/** What is wrong with the values of a saga's settings. */
export function optionProblems(options: SagaDefinitionOptions): readonly string[] {
  const { version = 1, onCompensationFailure: onFailure = 'continue' } = options;
  const problems: string[] = [];
  if (!Number.isInteger(version) || version < 1) {
    problems.push(`version must be a whole number of at least 1 (got ${shown(version)})`);
  }
  if (onFailure !== 'continue' && onFailure !== 'halt') {
    problems.push(`onCompensationFailure must be 'continue' or 'halt' (got ${shown(onFailure)})`);
  }
  return problems;
}
