interface Subscription {
  unsubscribe(): void;
}

/** The part of an rxjs `Observable` that we use; the core knows no rxjs. */
export interface ObservableLike<T> {
  subscribe(observer: {
    next(value: T): void;
    error(error: unknown): void;
    complete(): void;
  }): Subscription;
  pipe(...operators: never[]): unknown;
}

export function isObservableLike(value: unknown): value is ObservableLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<ObservableLike<unknown>>).subscribe === 'function' &&
    typeof (value as Partial<ObservableLike<unknown>>).pipe === 'function'
  );
}

/**
 * The last value of an observable, `undefined` when it completes without one: what a Nest
 * `ClientProxy.send()` answers. An abort unsubscribes, which cancels the request.
 */
export function lastValueOf(
  source: ObservableLike<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let last: unknown;
    // Not a `const`: subscribing may itself lead to an abort, before there is a subscription.
    let subscription: Subscription | undefined = undefined;
    const onAbort = (): void => {
      subscription?.unsubscribe();
      reject(signal.reason as Error);
    };
    const release = (): void => signal.removeEventListener('abort', onAbort);
    signal.addEventListener('abort', onAbort, { once: true });
    subscription = source.subscribe({
      next: (value) => {
        last = value;
      },
      error: (error) => {
        release();
        reject(error);
      },
      complete: () => {
        release();
        resolve(last);
      },
    });
    if (signal.aborted) onAbort();
  });
}
