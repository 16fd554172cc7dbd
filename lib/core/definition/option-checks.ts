import { SagaOptionsError } from '../errors/index.js';
import { shown } from './names.js';

/** The lowest and the highest whole number that each option of a group may have. */
export type Ranges = Readonly<Record<string, readonly [low: number, high: number]>>;

/** @throws SagaOptionsError with everything that is wrong. */
export function refuseProblems(problems: readonly (string | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new SagaOptionsError(found.join('; '));
}

/** What a caller left open, be it as `undefined`, is left out: it must not hide a default. */
export function withoutUndefined<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as T;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The names of all options of a type, as a record: the compiler misses none, and lets none in. */
export function namesOf<T>(names: Readonly<Record<keyof T, true>>): readonly string[] {
  return Object.keys(names);
}

/**
 * An option that nobody reads was misspelt, or is meant for something else. `besides` are read as
 * well, and not told of.
 */
export function unknownProblems(
  of: string,
  options: object,
  names: readonly string[],
  besides: readonly string[] = [],
): readonly string[] {
  return Object.keys(options)
    .filter((name) => !names.includes(name) && !besides.includes(name))
    .map((name) => `${of} has ${names.join(', ')}, and no ${shown(name)}; take it away`);
}

export function wholeProblem(
  option: string,
  value: unknown,
  low: number,
  high: number,
): string | undefined {
  if (Number.isInteger(value) && (value as number) >= low && (value as number) <= high) return;
  return `${option} must be a whole number from ${low} to ${high} (got ${shown(value)})`;
}

/** What is wrong with a group of whole numbers, `worker: { pollMs: 500 }`. `undefined` is the default. */
export function rangesProblems(
  option: string,
  group: unknown,
  ranges: Ranges,
  kind = 'an object',
): readonly (string | undefined)[] {
  if (group === undefined) return [];
  const names = Object.keys(ranges);
  if (!isObject(group)) {
    return [`${option} must be ${kind} of ${names.join(', ')} (got ${shown(group)})`];
  }
  const given = group as Readonly<Record<string, unknown>>;
  const values = Object.entries(ranges).map(([name, range]) =>
    given[name] === undefined
      ? undefined
      : wholeProblem(`${option}.${name}`, given[name], ...range),
  );
  return [...unknownProblems(option, group, names), ...values];
}

/** What is wrong with an object that is handed in for its methods: a journal, a logger. */
export function methodsProblem(
  option: string,
  value: unknown,
  methods: readonly string[],
  rule: string,
): string | undefined {
  const has = (value ?? {}) as Readonly<Record<string, unknown>>;
  const missing = methods.filter((method) => typeof has[method] !== 'function');
  if (missing.length === 0) return undefined;
  const got =
    typeof value === 'function'
      ? `the function ${value.name}; call it`
      : `${shown(value)}${isObject(value) ? ` without ${missing.join(', ')}` : ''}`;
  return `${option} must be ${rule} (got ${got})`;
}
