import { SagaOptionsError } from '../errors/index.js';
import { LOG_LEVELS } from '../ports/index.js';
import { shown } from './names.js';

/** The lowest and the highest whole number that each option of a group may have. */
export type Ranges<K extends string = string> = Readonly<
  Record<K, readonly [low: number, high: number]>
>;

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

/** As {@link isObject}, and no list: what a group of options can be. */
export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}

/** What is wrong with what should be a group of options: then nothing else of it can be told. */
export function groupProblem(what: string, value: unknown): string | undefined {
  return isGroup(value) ? undefined : `${what} must be an object (got ${shown(value)})`;
}

/**
 * The names of all options of a type, as a record, so that the compiler reports a missing and an
 * unknown one.
 */
export function namesOf<T>(names: Readonly<Record<keyof T, true>>): readonly string[] {
  return Object.keys(names);
}

/** The least number of letters to put in, leave out or replace that makes one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j++) {
      const replaced = (row[j] as number) + (letter === other[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}

/** The name that a misspelt one was most likely meant to be; `undefined` when none is near. */
function meant(name: string, names: readonly string[]): string | undefined {
  if (name.length > 40) return undefined;
  const given = name.toLowerCase();
  const near = names.flatMap((known) => {
    const other = known.toLowerCase();
    const away = distance(given, other);
    const isBeginning = given.length > 2 && other.startsWith(given);
    if (!isBeginning && away > Math.min(3, Math.max(given.length, other.length) / 2)) return [];
    const same = [...given].findIndex((letter, at) => letter !== other[at]);
    return { known, away, same: same < 0 ? given.length : same };
  });
  // Of two that are as near, people write the beginning as it is.
  near.sort((one, other) => one.away - other.away || other.same - one.same);
  return near[0]?.known;
}

/**
 * An unknown option is misspelt, or meant for something else. `besides` are known as well, but not
 * listed.
 */
export function unknownProblems(
  of: string,
  options: object,
  names: readonly string[],
  besides: readonly string[] = [],
): readonly string[] {
  const problems: string[] = [];
  for (const name in options) {
    if (names.includes(name) || besides.includes(name) || !Object.hasOwn(options, name)) continue;
    const known = meant(name, names);
    const hint = known === undefined ? '' : ` (did you mean ${shown(known)}?)`;
    problems.push(
      `unknown option ${shown(name)} of ${of}${hint}, which accepts ${names.join(', ')}`,
    );
  }
  return problems;
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
  if (!isGroup(group)) {
    return [`${option} must be ${kind} of ${names.join(', ')} (got ${shown(group)})`];
  }
  const values = Object.entries(ranges).map(([name, range]) =>
    group[name] === undefined
      ? undefined
      : wholeProblem(`${option}.${name}`, group[name], ...range),
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

/** By its shape: it may be of the package's other module format. */
export function definitionProblem(what: string, value: unknown): string | undefined {
  if (isGroup(value) && Array.isArray(value['forward'])) return undefined;
  return `${what} must be what defineSaga() or build() makes (got ${shown(value)})`;
}

export function loggerProblem(logger: unknown): string | undefined {
  return methodsProblem(
    'logger',
    logger,
    LOG_LEVELS,
    "a logger with debug, info, warn and error, as winston's is; nestLogger() makes one of Nest's, " +
      'silentLogger says nothing',
  );
}
