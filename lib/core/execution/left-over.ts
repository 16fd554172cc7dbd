import { OutcomeUnknownError } from '../errors/index.js';
import { isObservableLike } from '../result/index.js';

/** So many values of a list are looked at: one that holds observables holds them from its start. */
const MOST_VALUES = 1_000;
/** Lists in lists. */
const DEEPEST = 2;

/** What is no value, but work that nobody has begun, and what to write instead. */
const ONE = {
  function: 'a function, which nobody calls: nothing ran. Call it, and return what it returns',
  iterator:
    'an iterator or a generator, which nobody runs through: nothing ran. Make the method async in ' +
    'place of a generator; of an iterator return [...values]',
  observable:
    'an observable of observables, and nobody subscribes to the inner ones. Write concatMap() or ' +
    'switchMap() in place of map()',
} as const;
const MANY = {
  function: 'functions, which nobody calls: nothing ran. Call them, and return what they return',
  observable:
    'observables, to which nobody subscribes: nothing ran. Return forkJoin() or concat() of them',
  promise: 'promises, which nobody awaits. Return Promise.all() of them',
} as const;

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  );
}

interface MaybeIterator {
  readonly next?: unknown;
  readonly [Symbol.iterator]?: unknown;
  readonly [Symbol.asyncIterator]?: unknown;
}

/** Not what is merely iterable, as lists and maps are, nor what merely has a `next`, as a page may. */
function isIterator(value: MaybeIterator): boolean {
  if (typeof value.next !== 'function') return false;
  return (
    typeof value[Symbol.iterator] === 'function' ||
    typeof value[Symbol.asyncIterator] === 'function'
  );
}

function kindOf(value: unknown): keyof typeof ONE | undefined {
  if (typeof value === 'function') return 'function';
  if (typeof value !== 'object' || value === null) return undefined;
  if (isObservableLike(value)) return 'observable';
  return isIterator(value) ? 'iterator' : undefined;
}

/** The values of a list, a set or a map, as far as they are looked at; else `undefined`. */
export function valuesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) {
    const list = value as readonly unknown[];
    return list.length > MOST_VALUES ? list.slice(0, MOST_VALUES) : list;
  }
  if (!(value instanceof Set) && !(value instanceof Map)) return undefined;
  const values: unknown[] = [];
  for (const one of value.values()) if (values.push(one) >= MOST_VALUES) break;
  return values;
}

/** In a list whose other values may well be functions or iterators: of a bare chain, these are values. */
function kindWithin(list: readonly unknown[], depth: number): keyof typeof MANY | undefined {
  for (const value of list) {
    if (typeof value !== 'object' || value === null) continue;
    if (isObservableLike(value)) return 'observable';
    if (isThenable(value)) return 'promise';
    const inner = depth < DEEPEST ? valuesOf(value) : undefined;
    const found = inner === undefined ? undefined : kindWithin(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function kindOfList(list: readonly unknown[]): keyof typeof MANY | undefined {
  const [first] = list;
  if (typeof first === 'function' && list.every((one) => typeof one === 'function')) {
    return 'function';
  }
  return kindWithin(list, 1);
}

/** Only these: an object with a class may well have observables. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** As `forkJoin()` takes them. */
function hasObservables(value: object): boolean {
  for (const key in value) {
    const one = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof one === 'object' && isObservableLike(one)) return true;
  }
  return false;
}

/** The error that a returned value is, or `undefined` of one that is a value. */
function errorOf(value: object, hasRun: boolean): Error | undefined {
  const nothingRan = hasRun ? OutcomeUnknownError : TypeError;
  const own = kindOf(value);
  if (own !== undefined) return new nothingRan(`It returned ${ONE[own]}`);
  if (isPlain(value)) {
    if (!hasObservables(value)) return undefined;
    return new nothingRan(`It returned an object with ${MANY.observable}`);
  }
  const list = valuesOf(value);
  const kind = list === undefined ? undefined : kindOfList(list);
  if (kind === undefined) return undefined;
  const text = `It returned a list with ${MANY[kind]}`;
  return kind === 'promise' ? new OutcomeUnknownError(text) : new nothingRan(text);
}

/**
 * What is left over where a value belongs was not run by anybody, or goes on without anybody who waits
 * for it: never `done`, never undone.
 *
 * @throws TypeError when nothing has run; OutcomeUnknownError when something has.
 */
export function refuseLeftOver(value: object, hasRun: boolean): void {
  let error: Error | undefined;
  try {
    error = errorOf(value, hasRun);
  } catch {
    // It cannot be looked at, which the codec says better.
  }
  if (error !== undefined) throw error;
}
