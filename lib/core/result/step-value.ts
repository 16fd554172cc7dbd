import type { ObservableLike } from './observable-like.js';

// rxjs overloads `subscribe`, which hides the type of its values; `forEach` shows it.
interface Emitting<V> {
  forEach(next: (value: V) => void): PromiseLike<void>;
}

interface AnyResult {
  isOk(): boolean;
  isErr(): boolean;
}

/** The result in one emitted value; an observable in it, to which nobody has subscribed, has none. */
type Emitted<V> = V extends ObservableLike<unknown> ? V : StepValue<V>;

/**
 * The result of a step, seen from what its action returns: `Promise<Result<T>>` → `T`. Promises,
 * observables and `Ok` are opened, also inside one another; an `Err` gives none.
 */
export type StepValue<R> =
  R extends PromiseLike<infer V>
    ? StepValue<V>
    : R extends AnyResult
      ? R extends { readonly value: infer V }
        ? StepValue<V>
        : never
      : R extends Emitting<infer V>
        ? Emitted<V>
        : R extends ObservableLike<infer V>
          ? Emitted<V>
          : R;

/** Everything an action with result `T` may return. */
export type StepReturn<T> =
  | T
  | { isOk(): boolean; isErr(): boolean; readonly value: T }
  | { isOk(): boolean; isErr(): boolean; readonly error: unknown };

/** {@link StepReturn}, now or later. */
export type MaybeAsync<T> = T | PromiseLike<T | ObservableLike<T>> | ObservableLike<T>;

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Work that nobody has begun, which is no value: it would never be done. */
type NotBegun =
  | ((...args: never[]) => unknown)
  | (abstract new (...args: never[]) => unknown)
  | ObservableLike<unknown>
  | { next(...args: never[]): unknown; [Symbol.iterator](): unknown }
  | { next(...args: never[]): unknown; [Symbol.asyncIterator](): unknown };

type NotBegunIn<V> =
  IsAny<V> extends true ? never : V extends NotBegun | PromiseLike<unknown> ? V : never;

type LeftOver<V> =
  IsAny<V> extends true
    ? never
    : V extends NotBegun
      ? V
      : V extends readonly (infer E)[]
        ? NotBegunIn<E>
        : V extends ReadonlySet<infer E>
          ? NotBegunIn<E>
          : V extends ReadonlyMap<unknown, infer E>
            ? NotBegunIn<E>
            : never;

/**
 * Any type, where what is returned is a value once it was awaited; else a text as an impossible type,
 * so that the compiler refuses work that would never run.
 */
export type Runs<R> = [LeftOver<StepValue<R>>] extends [never]
  ? unknown
  : 'nothing would run: return a value, a promise or an observable; no function, generator or list of observables or promises';
