import { types } from 'node:util';
import { OutcomeUnknownError } from '../errors/index.js';
import { messageOf } from '../ports/index.js';
import { Err, isObservableLike, isResultLike, lastValueOf, Ok } from '../result/index.js';
import type { ActionContext } from './action-context.js';
import { DEEPEST, isPlain, isThenable, refuseLeftOver } from './left-over.js';

/** An `Err` that came back, on its way to be treated like a throw. */
export class FailureValue extends Error {
  constructor(readonly error: unknown) {
    super('Err');
  }
}

/** What an `Ok` holds; `undefined` of anything else. */
function heldBy(returned: object): unknown {
  if (returned instanceof Ok) return returned.value;
  if (returned instanceof Err || !isResultLike(returned) || returned.isErr()) return undefined;
  return returned.value;
}

function hasThenable(list: readonly unknown[]): boolean {
  for (const one of list) if (isThenable(one)) return true;
  return false;
}

/**
 * Whether there is still something to be awaited in what came back, once that was awaited itself: an
 * observable, or a promise or an observable inside an `Ok`. Never throws, whatever it is asked of.
 */
export function isPending(returned: unknown): boolean {
  if (typeof returned !== 'object' || returned === null) return false;
  try {
    if (isObservableLike(returned)) return true;
    const held = heldBy(returned);
    if (held !== undefined) return isThenable(held) || isPending(held);
    return Array.isArray(returned) && hasThenable(returned);
  } catch {
    // Opening it will throw the same error.
    return false;
  }
}

/**
 * The result of what {@link isPending}, awaited as Nest awaits what its handlers return. Nothing is begun
 * once the attempt was aborted. What is refused is awaited first, as far as it runs already.
 *
 * @throws as {@link unwrap} does.
 */
export async function allOf(returned: unknown, ctx: ActionContext): Promise<unknown> {
  let value = returned;
  let hasRun = false;
  while (isPending(value)) {
    if (isObservableLike(value)) {
      if (hasRun) refuseLeftOver(value, true);
      if (ctx.aborted !== undefined) throw ctx.aborted;
      hasRun = true;
      value = await lastValueOf(value, ctx.signal);
      continue;
    }
    if (Array.isArray(value)) {
      // Not those that would begin only when they are awaited.
      await Promise.allSettled(value.filter((one) => types.isPromise(one)));
      break;
    }
    value = await heldBy(value as object);
  }
  return unwrap(value, hasRun);
}

/** What an `Err` holds, in a holder of its own; `undefined` of anything else. */
export function errOf(one: unknown): { readonly error: unknown } | undefined {
  if (one instanceof Err) return one as Err<unknown>;
  return isResultLike(one) && one.isErr() ? { error: one.error } : undefined;
}

/** So many values inside lists and objects are looked at; a list itself to its end. */
const MOST_INSIDE = 1_000;

/** What several calls have given, as `Promise.all()` and `forkJoin()` hold it: in a list, or by name. */
function partsOf(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value instanceof Set || value instanceof Map)
    return [...(value as ReadonlyMap<unknown, unknown>).values()];
  return isPlain(value) ? Object.values(value) : undefined;
}

/** Counts the Results among the parts of a whole, also of lists and objects inside it. */
class Tally {
  readonly errs: unknown[] = [];
  of = 0;
  #left = MOST_INSIDE;

  add(parts: readonly unknown[], depth = 1): this {
    for (const one of parts) {
      const err = errOf(one);
      if (err !== undefined) this.errs.push(err.error);
      const inner = isResultLike(one) || depth > DEEPEST ? undefined : this.#inside(one);
      if (inner === undefined) this.of += 1;
      else this.add(inner, depth + 1);
    }
    return this;
  }

  #inside(value: unknown): readonly unknown[] | undefined {
    const parts = this.#left > 0 ? partsOf(value) : undefined;
    this.#left -= parts?.length ?? 0;
    return parts;
  }
}

function tallyOf(whole: object): Tally | undefined {
  try {
    const parts = partsOf(whole);
    return parts && new Tally().add(parts);
  } catch {
    // It cannot be looked at, which the codec says better.
    return undefined;
  }
}

/** Results of several calls: an `Err` among them is no success of the whole. */
function refuseErrs(whole: object): void {
  const tally = tallyOf(whole);
  if (tally === undefined || tally.errs.length === 0) return;
  const { errs, of } = tally;
  const [first] = errs;
  if (errs.length === of) throw new FailureValue(first);
  const what = isPlain(whole) ? 'an object' : 'a list';
  const text = `It returned ${what} in which ${errs.length} of ${of} Results are an Err: `;
  throw new OutcomeUnknownError(text + messageOf(first), { cause: first });
}

/**
 * The result in what came back and was awaited: `Ok` opened, `Err` thrown as a {@link FailureValue}.
 *
 * @throws TypeError, OutcomeUnknownError for what is no value, but work that nobody has begun or awaited.
 */
export function unwrap(returned: unknown, hasRun = false): unknown {
  if (typeof returned !== 'object' || returned === null) {
    if (typeof returned === 'function') refuseLeftOver(returned, hasRun);
    return returned;
  }
  if (returned instanceof Ok) return unwrap(returned.value, hasRun);
  if (returned instanceof Err) throw new FailureValue(returned.error);
  if (isResultLike(returned)) {
    if (returned.isErr()) throw new FailureValue(returned.error);
    return unwrap(returned.value, hasRun);
  }
  refuseErrs(returned);
  refuseLeftOver(returned, hasRun);
  return returned;
}

function isRejection(one: unknown): one is PromiseRejectedResult {
  return (
    typeof one === 'object' &&
    one !== null &&
    (one as Partial<PromiseRejectedResult>).status === 'rejected' &&
    'reason' in one
  );
}

function rejectionIn(value: unknown): PromiseRejectedResult | undefined {
  try {
    return partsOf(value)?.find(isRejection);
  } catch {
    // It cannot be looked at, and is kept nowhere.
    return undefined;
  }
}

/**
 * Looks at what an undo gave, which is kept nowhere: what `Promise.allSettled()` tells of a promise that
 * was rejected is no value there.
 *
 * @throws as {@link unwrap} does.
 */
export function unwrapUndo(returned: unknown): void {
  const rejected = rejectionIn(unwrap(returned));
  if (rejected !== undefined) throw new FailureValue(rejected.reason);
}

/** What a call came back with in the end, an observable and what is inside an `Ok` included. */
export async function whole(returned: unknown, ctx: ActionContext): Promise<unknown> {
  const value = await returned;
  return isPending(value) ? allOf(value, ctx) : value;
}
