import type { RetryOptions } from '../retry/index.js';
import { shown } from './names.js';
import { isObject, unknownProblems } from './option-checks.js';

const DAY_MS = 86_400_000;
const PAUSE = `a number of ms from 0 to ${DAY_MS}`;

function isWithin(value: unknown, low: number, high: number): boolean {
  return typeof value === 'number' && value >= low && value <= high;
}

type Rule = readonly [rule: string, is: (value: unknown) => boolean];

/** What each field of `RetryOptions` has to be. */
const RULES: Readonly<Record<keyof RetryOptions, Rule>> = {
  retries: [
    'a whole number from 0 to 1000',
    (value) => Number.isInteger(value) && isWithin(value, 0, 1_000),
  ],
  delay: [PAUSE, (value) => isWithin(value, 0, DAY_MS)],
  factor: ['a number from 1 to 100', (value) => isWithin(value, 1, 100)],
  maxDelay: [PAUSE, (value) => isWithin(value, 0, DAY_MS)],
  jitter: ['a number from 0 to 1', (value) => isWithin(value, 0, 1)],
  when: ['a function', (value) => typeof value === 'function'],
};
const FIELDS = Object.keys(RULES);

/** What is wrong with a `retry` option, each line with its name, value and remedy. */
export function retryProblems(name: string, option: unknown): readonly string[] {
  if (!isObject(option) || Array.isArray(option)) {
    const [rule, is] = RULES.retries;
    if (is(option)) return [];
    return [`${name} must be ${rule}, or an object with 'retries' (got ${shown(option)})`];
  }
  const given = option as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(RULES).flatMap(([field, [rule, is]]) => {
    const value = given[field];
    const isLeftOut = value === undefined && field !== 'retries';
    if (isLeftOut || is(value)) return [];
    return [`${name}.${field} must be ${rule} (got ${shown(value)})`];
  });
  return [...unknownProblems(name, option, FIELDS), ...wrong];
}

/** The same of a `probeDelay`, which as a number is a pause, and asks no error whether it is worth it. */
export function delayProblems(name: string, option: unknown): readonly string[] {
  if (!isObject(option) || Array.isArray(option)) {
    if (isWithin(option, 0, DAY_MS)) return [];
    return [`${name} must be ${PAUSE}, or an object with 'retries' (got ${shown(option)})`];
  }
  const problems = retryProblems(name, option);
  return 'when' in option ? [...problems, `${name} has no 'when'; leave it out`] : problems;
}
