/** Whose call it is. */
export interface InterceptedSaga {
  readonly sagaName: string;
  readonly sagaId: string;
  /** Absent: none. */
  readonly application?: string;
  /** Of the definition. */
  readonly version: number;
  /** What it was started with, also in another process. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was started, in ms since the epoch. */
  readonly createdAt: number;
}

/** One call of user code. Ids and labels, no payloads. */
export interface InterceptedCall {
  readonly run: InterceptedSaga;
  readonly label: string;
  readonly kind: 'action' | 'undo' | 'probe';
  /** From 1; of a probe: the attempt that it is asked about. */
  readonly attempt: number;
}

/**
 * Stands around each call of an action, an undo or a probe: for tracing, context that follows the call
 * (`AsyncLocalStorage`), fault injection. `onError`, `retry.when` and other hooks are not intercepted.
 *
 * - Interceptors are a list; the first is the outermost. They run right before the call, after its
 *   intent is durable, and once per attempt. What they enclose includes the subscription to an
 *   observable that the call returns. Time limits include them.
 * - `next()` begins the call, before `around` returns, and at most once: a second `next()` throws, and so
 *   does a late one (`await` something first, and it is late). It returns what the call returned, or a
 *   promise of it, and throws what the call threw. Return it, or something that settles after it.
 * - What `around` returns (or its promise) replaces what the call returned. The attempt ends when both
 *   have ended, also where the result of `next()` was not returned.
 * - The failure of a call may be replaced by another error, never by success (`AlreadyUndoneError` of
 *   an interceptor counts as none): else a step that failed would count as done. One that leaves the
 *   outcome of an action open (a lost answer), or says that there is none (`SAGA_INTERRUPTED`,
 *   `SAGA_JOURNAL`, `SAGA_LEASE_LOST`), is replaced by nothing.
 * - An interceptor that throws, or returns without `next()`, before the call began is a failed attempt,
 *   judged, retried and undone as if the step had thrown it. Nothing is done that did not run.
 * - One that fails after the action has succeeded leaves its outcome `unknown`: the effect has taken place,
 *   and is probed or undone. An undo is tried again, and the answer of a probe is `unknown`.
 *
 * Without interceptors nothing of this costs anything. After the hooks of Restate's SDK.
 */
export interface SagaInterceptor {
  around(call: InterceptedCall, next: () => unknown): unknown;
}
