import { OutcomeUnknownError } from '../errors/index.js';
import { isObservableLike, isResultLike } from '../result/index.js';

/** So many values are looked at in all: what holds observables holds them from its start. */
const MOST_VALUES = 1_000;
/** Lists in lists, and in objects. */
export const DEEPEST = 3;

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

/** Only these: an object with a class may well have observables. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A list of nothing else is work; beside other values, a function is one of a bare chain. */
function isFunctions(list: readonly unknown[]): boolean {
  return typeof list[0] === 'function' && list.every((one) => typeof one === 'function');
}

/** Looks at whatever is in a list, or by name in a plain object, as `forkJoin()` takes both. */
class Search {
  #left = MOST_VALUES;

  within(whole: object, depth: number): keyof typeof MANY | undefined {
    const isNamed = isPlain(whole);
    const parts = isNamed ? whole : valuesOf(whole);
    for (const key in parts) {
      if ((this.#left -= 1) < 0) return undefined;
      const found = this.#at((parts as Readonly<Record<string, unknown>>)[key], isNamed, depth);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #at(part: unknown, isNamed: boolean, depth: number): keyof typeof MANY | undefined {
    if (typeof part !== 'object' || part === null) return undefined;
    const value = isResultLike(part) && !part.isErr() ? part.value : part;
    if (isObservableLike(value)) return 'observable';
    // A named property may be the promise of a job that somebody else awaits.
    if (isThenable(value)) return isNamed ? undefined : 'promise';
    if (typeof value !== 'object' || value === null || depth >= DEEPEST) return undefined;
    return this.within(value, depth + 1);
  }
}

/** The error that a returned value is, or `undefined` of one that is a value. */
function errorOf(value: object, hasRun: boolean): Error | undefined {
  const nothingRan = hasRun ? OutcomeUnknownError : TypeError;
  const own = kindOf(value);
  if (own !== undefined) return new nothingRan(`It returned ${ONE[own]}`);
  const list = valuesOf(value);
  const kind = list && isFunctions(list) ? 'function' : new Search().within(value, 1);
  if (kind === undefined) return undefined;
  const text = `It returned ${list === undefined ? 'an object' : 'a list'} with ${MANY[kind]}`;
  return kind === 'promise' ? new OutcomeUnknownError(text) : new nothingRan(text);
}

/**
 * Refuses work in place of a value: it was never begun, or nobody waits for its end, so that it must
 * count neither as done nor as undone.
 *
 * @throws TypeError when nothing has run; OutcomeUnknownError when something has.
 */
export function refuseLeftOver(value: object, hasRun: boolean): void {
  let error: Error | undefined;
  try {
    error = errorOf(value, hasRun);
  } catch {
    // It cannot be looked at, and the codec reports that better.
  }
  if (error !== undefined) throw error;
}
