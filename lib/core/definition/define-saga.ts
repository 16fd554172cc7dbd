import { SagaDefinitionError } from '../errors/index.js';
import { MAX_STEPS } from './limits.js';
import { isShortName, nameProblem, shown, shownName, textProblem } from './names.js';
import { isGroup } from './option-checks.js';
import { duplicates, orderProblems } from './order-problems.js';
import { SagaDefinition } from './saga-definition.js';
import {
  optionProblems,
  type SagaDefinitionOptions,
  type WholeSagaOptions,
  wholeProblems,
} from './saga-options.js';
import type { AnyBarrierStep, AnySagaStep, AnyTransactionalStep } from './saga-step.js';
import { defineRetiredStep, defineStep, type StepDefinition } from './step-definition.js';

const NO_OPTIONS: SagaDefinitionOptions = {};
const NONE: readonly string[] = [];
const NO_STEPS: readonly StepDefinition[] = [];

/** @throws SagaDefinitionError with all problems of the whole: name, options, number of steps. */
function checkWhole(
  name: string,
  runnable: number,
  options: SagaDefinitionOptions,
  problemsFound: readonly string[],
): void {
  const problems = [...problemsFound, ...optionProblems(options)];
  const badName = nameProblem('the name', name);
  if (badName !== undefined) problems.unshift(badName);
  if (runnable === 0 && problemsFound.length === 0) {
    problems.push('a saga needs at least one step');
  }
  if (runnable > MAX_STEPS) {
    problems.push(`a saga has at most ${MAX_STEPS} steps (got ${runnable})`);
  }
  if (problems.length > 0) throw new SagaDefinitionError(shownName(name), problems);
}

function retiredCountProblems(count: number): readonly string[] {
  if (count <= MAX_STEPS) return NONE;
  return [`a saga has at most ${MAX_STEPS} retired steps (got ${count})`];
}

/**
 * Puts the definition of a bare chain together, whose steps were validated one by one. Not frozen:
 * only for a plan that its builder does not hand out. Short, because it runs for every run.
 *
 * @throws SagaDefinitionError with all problems of the whole.
 */
export function assembleSaga(
  name: string,
  steps: readonly StepDefinition[],
  options: SagaDefinitionOptions = NO_OPTIONS,
  retired: readonly StepDefinition[] = NO_STEPS,
): SagaDefinition {
  const plain = options === NO_OPTIONS && retired.length === 0 && isShortName(name);
  if (!plain || steps.length === 0 || steps.length > MAX_STEPS) {
    checkWhole(name, steps.length, options, retiredCountProblems(retired.length));
  }
  const { version = 1, onCompensationFailure = 'continue' } = options;
  return new SagaDefinition(name, version, steps, onCompensationFailure, retired);
}

/** What bare chains do not look at, but every plan whose labels may reach a journal. */
function labelProblems(steps: readonly StepDefinition[]): readonly string[] {
  return steps.flatMap(({ label }) => {
    const problem = textProblem('its label', label);
    return problem === undefined ? [] : [`step ${shown(label)}: ${problem}`];
  });
}

/**
 * Makes a definition safe to share, and to keep.
 *
 * @throws SagaDefinitionError for a name or a label that no journal could keep.
 */
export function freezeSaga(definition: SagaDefinition): SagaDefinition {
  if (Object.isFrozen(definition)) return definition;
  const { name, steps } = definition;
  const problems = [textProblem('the name', name) ?? [], labelProblems(steps)].flat();
  if (problems.length > 0) throw new SagaDefinitionError(shownName(name), problems);
  Object.freeze(definition.stages);
  Object.freeze(definition.forward);
  Object.freeze(definition.retired);
  Object.freeze(definition);
  return definition;
}

/**
 * Validates and freezes a saga.
 *
 * @throws SagaDefinitionError with every problem of every step.
 */
export function defineSaga<TContext>(
  name: string,
  steps: readonly (
    AnySagaStep<TContext> | AnyTransactionalStep<TContext> | AnyBarrierStep<TContext>
  )[],
  options: WholeSagaOptions<TContext> = {},
): SagaDefinition {
  const problems = [...wholeProblems(options)];
  if (!Array.isArray(steps)) problems.push(`the steps must be a list (got ${shown(steps)})`);
  const plans = Array.isArray(steps) ? (steps as readonly { readonly label?: unknown }[]) : [];
  const given = (isGroup(options) ? options : NO_OPTIONS) as WholeSagaOptions<TContext>;
  const { retired, aliases, ...settings } = given;
  const old: NonNullable<typeof retired> = Array.isArray(retired) ? retired : [];
  const valid = (
    outcome: StepDefinition | readonly string[],
  ): StepDefinition | readonly never[] => {
    if ('label' in outcome) return outcome;
    problems.push(...outcome);
    return [];
  };
  const forward = plans.flatMap((step, index) => valid(defineStep(step as never, index)));
  const gone = old.flatMap((step, index) => valid(defineRetiredStep(step as never, index)));
  problems.push(...retiredCountProblems(old.length));
  checkWhole(name, forward.length, settings, [
    ...problems,
    ...orderProblems(forward),
    ...labelProblems([...forward, ...gone]),
    ...duplicates([...plans, ...old]),
  ]);
  const { version = 1, onCompensationFailure = 'continue' } = settings;
  return freezeSaga(
    new SagaDefinition(name, version, forward, onCompensationFailure, gone, aliases),
  );
}
