import type { ObservableLike } from './observable-like.js';

/** What awaiting a returned value gives: promises and observables unwrapped. */
type Settled<R> =
  R extends PromiseLike<infer V>
    ? Settled<V>
    : // rxjs overloads `subscribe`, which hides the type of its values; `forEach` shows it.
      R extends { forEach(next: (value: infer V) => void): PromiseLike<void> }
      ? V
      : R extends ObservableLike<infer V>
        ? V
        : R;

type Unwrapped<V> = V extends { isOk(): boolean; isErr(): boolean }
  ? V extends { readonly value: infer T }
    ? T
    : never
  : V;

/** The result of a step, seen from what its action returns: `Promise<Result<T>>` → `T`. */
export type StepValue<R> = Unwrapped<Settled<R>>;

/** Everything an action with result `T` may return. */
export type StepReturn<T> =
  | T
  | { isOk(): boolean; isErr(): boolean; readonly value: T }
  | { isOk(): boolean; isErr(): boolean; readonly error: unknown };

/** {@link StepReturn}, now or later. */
export type MaybeAsync<T> = T | PromiseLike<T> | ObservableLike<T>;
