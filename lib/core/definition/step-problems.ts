import { MAX_DURATION_MS } from './limits.js';
import { nameProblem, shown } from './names.js';
import { namesOf, unknownProblems } from './option-checks.js';
import { delayProblems, retryProblems } from './retry-problems.js';
import {
  NOTHING_TO_UNDO,
  type RetiredSagaStep,
  type SagaStep,
  type SagaStepOptions,
} from './saga-step.js';

import { ISOLATION_LEVELS } from './step-transaction.js';

type AnyStep = Partial<Record<keyof SagaStep<unknown>, unknown>>;

/** What every kind of step has beside its functions. */
export const STEP_OPTIONS: Readonly<Record<keyof SagaStepOptions, true>> = {
  ...{ retry: true, timeout: true, timeoutGrace: true, pivot: true, idempotent: true },
  ...{ compensateOn: true, compensationRetry: true, compensationTimeout: true },
  ...{ unknownWhen: true, probeDelay: true, transaction: true, transactionIsolation: true },
  barrier: true,
};
const STEP = namesOf<SagaStep<unknown>>({
  ...{ label: true, action: true, compensate: true, probe: true, checkResult: true, onError: true },
  ...STEP_OPTIONS,
});
const RETIRED_STEP = namesOf<RetiredSagaStep<unknown>>({
  ...{ label: true, compensate: true, compensateOn: true },
  ...{ compensationRetry: true, compensationTimeout: true },
  ...{ transaction: true, transactionIsolation: true, barrier: true },
});

const NONE: readonly string[] = [];

function duration(where: string, key: string, value: unknown, low: number): readonly string[] {
  if (typeof value === 'number' && value >= low && value <= MAX_DURATION_MS) return NONE;
  return [
    `${where}: ${key} must be a number of ms from ${low} to ${MAX_DURATION_MS} (got ${shown(value)})`,
  ];
}

function optionProblems(where: string, step: AnyStep): readonly string[] {
  const problems: string[] = [];
  const each = (
    keys: readonly (keyof AnyStep)[],
    check: (value: unknown, key: string) => void,
  ): void => {
    for (const key of keys) if (step[key] !== undefined) check(step[key], key);
  };
  const mustBe = (type: string) => (value: unknown, key: string) => {
    if (typeof value !== type)
      problems.push(`${where}: ${key} must be a ${type} (got ${shown(value)})`);
  };
  each(['retry', 'compensationRetry'], (value, key) =>
    problems.push(...retryProblems(`${where}: ${key}`, value)),
  );
  each(['probeDelay'], (value, key) => problems.push(...delayProblems(`${where}: ${key}`, value)));
  each(['timeout', 'compensationTimeout'], (value, key) =>
    problems.push(...duration(where, key, value, 1)),
  );
  each(['timeoutGrace'], (value, key) => problems.push(...duration(where, key, value, 0)));
  each(['pivot', 'idempotent', 'transaction', 'barrier'], mustBe('boolean'));
  each(['probe', 'onError', 'unknownWhen', 'checkResult'], mustBe('function'));
  each(['compensateOn'], (value) => {
    if (value !== 'done' && value !== 'attempted') {
      problems.push(`${where}: compensateOn must be 'done' or 'attempted' (got ${shown(value)})`);
    }
  });
  each(['transactionIsolation'], (value) =>
    problems.push(...isolationProblems(where, step, value)),
  );
  return problems;
}

function isolationProblems(where: string, step: AnyStep, value: unknown): readonly string[] {
  if (step.transaction !== true) {
    return [
      `${where}: transactionIsolation goes with transaction: true; leave it out, or add that`,
    ];
  }
  if ((ISOLATION_LEVELS as readonly unknown[]).includes(value)) return NONE;
  const levels = ISOLATION_LEVELS.map((level) => `'${level}'`).join(', ');
  return [`${where}: transactionIsolation must be one of ${levels} (got ${shown(value)})`];
}

/** Options for an outcome that is unknown, which that of a transactional step never is. */
const OF_DOUBT = ['probe', 'probeDelay', 'unknownWhen'] as const;

function transactionProblems(where: string, step: AnyStep): readonly string[] {
  if (step.transaction !== true) return NONE;
  const given = OF_DOUBT.filter((key) => step[key] !== undefined);
  const idle = step.idempotent === false ? [...given, 'idempotent: false'] : given;
  return idle.map(
    (option) =>
      `${where}: ${option} goes without transaction: true, of which the outcome is never unknown; leave one of them out`,
  );
}

/** What the barrier of a step knows by itself, or makes harmless. */
const KNOWN_BY_BARRIER = ['probe', 'unknownWhen', 'transaction'] as const;

function barrierProblems(where: string, step: AnyStep): readonly string[] {
  if (step.barrier !== true) return NONE;
  const given = KNOWN_BY_BARRIER.filter((key) => step[key] !== undefined && step[key] !== false);
  const idle = step.idempotent === false ? [...given, 'idempotent: false'] : given;
  return idle.map(
    (option) =>
      `${where}: ${option} goes without barrier: true, which settles every outcome; leave one of them out`,
  );
}

function compensateProblems(where: string, step: AnyStep): readonly string[] {
  const undo = step.compensate;
  if (typeof undo === 'function' || undo === NOTHING_TO_UNDO) return NONE;
  if (undo === undefined && !('compensate' in step)) return NONE;
  return [
    `${where}: compensate must be a function (got ${shown(undo)}); leave it out or give ` +
      'NOTHING_TO_UNDO for a step that has nothing to undo',
  ];
}

/** The unknown options of a step; an instance of a class may have fields of its own. */
function strangers(where: string, step: object, names: readonly string[]): readonly string[] {
  const type: unknown = Object.getPrototypeOf(step);
  const isLiteral = type === null || type === Object.prototype;
  // A step that was moved to the retired ones may keep all the options that it had.
  return isLiteral ? unknownProblems(where, step, names, STEP) : NONE;
}

/** Everything that is wrong with a step that is only ever undone. */
export function retiredProblems(candidate: unknown, index: number): readonly string[] {
  if (typeof candidate !== 'object' || candidate === null) {
    return [
      `retired step ${index + 1} must be an object with a label and a compensate ` +
        `(got ${shown(candidate)})`,
    ];
  }
  const step = candidate as AnyStep;
  const label = nameProblem('its label', step.label);
  const where = `retired step ${label === undefined ? shown(step.label) : index + 1}`;
  const problems = [
    ...strangers(where, step, RETIRED_STEP),
    ...compensateProblems(where, { compensate: step.compensate }),
    ...optionProblems(where, step),
  ];
  if (label !== undefined) problems.push(`${where}: ${label}`);
  return problems;
}

/** Everything that is wrong with one step, each line with the option, its value and the remedy. */
export function stepProblems(candidate: unknown, index: number): readonly string[] {
  if (typeof candidate !== 'object' || candidate === null) {
    return [
      `step ${index + 1} must be an object with a label and an action (got ${shown(candidate)})`,
    ];
  }
  const step = candidate as AnyStep;
  const label = nameProblem('its label', step.label);
  const where = `step ${label === undefined ? shown(step.label) : index + 1}`;
  const problems = [
    ...strangers(where, step, STEP),
    ...compensateProblems(where, step),
    ...optionProblems(where, step),
    ...transactionProblems(where, step),
    ...barrierProblems(where, step),
  ];
  if (label !== undefined) problems.push(`${where}: ${label}`);
  if (typeof step.action !== 'function') {
    problems.push(`${where}: action must be a function (got ${shown(step.action)})`);
  }
  return problems;
}
