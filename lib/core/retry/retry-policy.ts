/** How often and after which pause a failed attempt is repeated. */
export interface RetryOptions {
  /** Further tries after the first attempt: `2` is at most 3 attempts. Whole number, 0 to 1,000. */
  readonly retries: number;
  /** Pause before the first retry, in ms, up to 24 h. @default 100 */
  readonly delay?: number;
  /** What each further pause is multiplied by, 1 to 100. @default 2 */
  readonly factor?: number;
  /** Upper bound of a pause, in ms, up to 24 h. @default 30_000 */
  readonly maxDelay?: number;
  /** Part of each pause that is left to chance, 0 to 1: `0.5` waits between 50 % and 100 % of it. @default 0 */
  readonly jitter?: number;
  /** Whether this failure is worth another try; one that throws counts as `false`. @default all are */
  readonly when?: (error: unknown) => boolean;
}

export interface RetryPolicy extends Required<Omit<RetryOptions, 'when'>> {
  readonly when: ((error: unknown) => boolean) | undefined;
}

const DAY_MS = 86_400_000;
const DEFAULTS = { delay: 100, factor: 2, maxDelay: 30_000, jitter: 0, when: undefined } as const;

function policyOf(retries: number): RetryPolicy {
  return Object.freeze({ retries, ...DEFAULTS });
}

export const NO_RETRY = policyOf(0);

/** A compensation is worth more patience: its caller still learns the end within a second. */
export const COMPENSATION_RETRY = policyOf(3);

/** What a caller left open, be it as `undefined`, gets its default. */
function withDefaults(option: object): Partial<RetryPolicy> {
  const given = Object.entries(option).filter(([, value]) => value !== undefined);
  return { ...DEFAULTS, ...(Object.fromEntries(given) as object) };
}

/** Applies the defaults. Call {@link retryProblems} first. */
export function retryPolicy(option: number | RetryOptions): RetryPolicy {
  if (option === 0) return NO_RETRY;
  return typeof option === 'number'
    ? policyOf(option)
    : Object.freeze(withDefaults(option) as RetryPolicy);
}

function outside(value: unknown, low: number, high: number): boolean {
  return typeof value !== 'number' || !(value >= low && value <= high);
}

/** What is wrong with a `retry` option, each line with its name, value and remedy. */
export function retryProblems(name: string, option: unknown): string[] {
  if (typeof option === 'number') option = { retries: option };
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    return [`${name} must be a whole number or an object with 'retries' (got ${String(option)})`];
  }
  const { retries, delay, factor, maxDelay, jitter, when } = withDefaults(option);
  const problems: string[] = [];
  const report = (wrong: boolean, key: string, rule: string, value: unknown): void => {
    if (wrong) problems.push(`${name}${key} must be ${rule} (got ${String(value)})`);
  };
  const wrongCount = !Number.isInteger(retries) || outside(retries, 0, 1_000);
  report(wrongCount, '', 'a whole number from 0 to 1000', retries);
  report(outside(delay, 0, DAY_MS), '.delay', 'a number of ms from 0 to 86400000', delay);
  report(outside(factor, 1, 100), '.factor', 'a number from 1 to 100', factor);
  report(outside(maxDelay, 0, DAY_MS), '.maxDelay', 'a number of ms from 0 to 86400000', maxDelay);
  report(outside(jitter, 0, 1), '.jitter', 'a number from 0 to 1', jitter);
  report(when !== undefined && typeof when !== 'function', '.when', 'a function', when);
  return problems;
}
