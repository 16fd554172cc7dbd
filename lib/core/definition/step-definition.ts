import { isShortName } from './names.js';
import { retiredProblems, stepProblems } from './step-problems.js';
import type { ISagaCompensationContext, ISagaContext } from './saga-context.js';
import { NOTHING_TO_UNDO, type RetiredSagaStep, type SagaStep } from './saga-step.js';
import { DEFAULT_POLICY, policyOf, type StepPolicy } from './step-policy.js';

// Only a transactional step is given a transaction.
type Action = (ctx: ISagaContext<unknown>, tx?: unknown) => unknown;
type Compensation = (ctx: ISagaCompensationContext<unknown>, tx?: unknown) => unknown;

/** Steps that begin together: the next stage begins when all of them are over. */
export interface Stage {
  /** In order of their start. */
  readonly steps: readonly StepDefinition[];
}

/**
 * A step as the machine and the hosts see it, alone a stage of its own. Small, because a bare builder
 * makes one per run.
 */
export class StepDefinition implements Stage {
  constructor(
    readonly label: string,
    /** `undefined`: a retired step, never run again. */
    readonly action: Action | undefined,
    readonly compensate: Compensation | undefined,
    readonly policy: StepPolicy,
  ) {}

  get steps(): readonly StepDefinition[] {
    return [this];
  }
}

/** The steps of all stages, in order of their start. */
export function stepsOf(stages: readonly Stage[]): readonly StepDefinition[] {
  for (const stage of stages) {
    if (!(stage instanceof StepDefinition)) return stages.flatMap(({ steps }) => steps);
  }
  return stages as readonly StepDefinition[];
}

function undoOf(compensate: unknown): Compensation | undefined {
  return compensate === NOTHING_TO_UNDO ? undefined : (compensate as Compensation | undefined);
}

/** Whether a step has these three alone. A loop, because it makes no list of the names. */
function isBare(step: object): boolean {
  for (const key in step) {
    if (key !== 'label' && key !== 'action' && key !== 'compensate') return false;
  }
  return true;
}

/** Whether a step leaves every option at its default, and has no unknown one. */
function isPlain(step: SagaStep<never, never, never>): boolean {
  return (
    isBare(step) &&
    // Of an instance of a class these need not be its own.
    step.retry === undefined &&
    step.timeout === undefined &&
    step.timeoutGrace === undefined &&
    step.pivot === undefined &&
    step.compensateOn === undefined &&
    step.compensationRetry === undefined &&
    step.compensationTimeout === undefined &&
    step.idempotent === undefined &&
    step.unknownWhen === undefined &&
    step.probeDelay === undefined &&
    step.transaction === undefined &&
    step.transactionIsolation === undefined &&
    step.barrier === undefined &&
    step.probe === undefined &&
    step.checkResult === undefined &&
    step.onError === undefined
  );
}

/**
 * Validates a step and applies the defaults. The step that nearly all are, with a label and two
 * functions, is looked at once, because bare chains define their steps for every run.
 */
export function defineStep(
  step: SagaStep<never, never, never>,
  index: number,
): StepDefinition | readonly string[] {
  if (typeof step === 'object' && step !== null) {
    const { label, action, compensate } = step;
    if (
      typeof action === 'function' &&
      typeof compensate === 'function' &&
      isShortName(label) &&
      isPlain(step)
    ) {
      return new StepDefinition(
        label,
        action as Action,
        compensate as Compensation,
        DEFAULT_POLICY,
      );
    }
  }
  const problems = stepProblems(step, index);
  if (problems.length > 0) return problems;
  return new StepDefinition(
    step.label,
    step.action as Action,
    undoOf(step.compensate),
    policyOf(step),
  );
}

/** As {@link defineStep}, for a step that is only ever undone. */
export function defineRetiredStep(
  step: RetiredSagaStep<never, never>,
  index: number,
): StepDefinition | readonly string[] {
  const problems = retiredProblems(step, index);
  if (problems.length > 0) return problems;
  const policy = policyOf(step as unknown as SagaStep<never, never, never>);
  return new StepDefinition(step.label, undefined, undoOf(step.compensate), policy);
}
