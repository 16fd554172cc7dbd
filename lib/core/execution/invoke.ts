import { SagaTimeoutError } from '../errors/index.js';
import type { ActionContext } from './action-context.js';
import { lateEnd, watchCutOff } from './late.js';
import { allOf, isPending } from './returned.js';
import type { Run } from './run.js';
import { quoted, type InterceptedCall } from '../ports/index.js';
import { intercepted } from './intercept.js';

/** Marks the rejection of a run that was stopped, so that it is never taken for a failure. */
export class Stopped extends Error {
  constructor(readonly error: Error) {
    super(error.message);
  }
}

/** What an action returned, awaitable: an observable becomes the promise of its last value. */
function awaitable(returned: unknown, ctx: ActionContext): unknown {
  if (returned instanceof Promise) return returned;
  return isPending(returned) ? allOf(returned, ctx) : returned;
}

/** Rejects at once when the run is stopped, whatever comes of the work. */
function stoppable(run: Run, ctx: ActionContext, work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    ctx.onStop = (error) => {
      watchCutOff(run, ctx, work);
      reject(new Stopped(error));
    };
    work.then((value) => resolve(isPending(value) ? allOf(value, ctx) : value), reject);
  });
}

/**
 * Rejects at the time limit, too, and remembers what has not settled by then: the next effect of the
 * saga waits for it, within the step's grace.
 */
function limited(
  run: Run,
  ctx: ActionContext,
  work: Promise<unknown>,
  timeout: number,
  grace: number | undefined,
): Promise<unknown> {
  let whole = work;
  return new Promise((resolve, reject) => {
    const unschedule = run.environment.clock.schedule(timeout, () => {
      const what = ctx.direction === 'do' ? 'Step' : 'The undo of step';
      const error = new SagaTimeoutError(
        `${what} ${quoted(ctx.label)} took longer than ${timeout} ms`,
      );
      ctx.abort(error);
      const settled = lateEnd(run, ctx, whole, grace === undefined);
      if (grace !== undefined) run.unsettled = [...run.unsettled, { settled, grace }];
      ctx.onStop = undefined;
      reject(error);
    });
    const abandon = (error: unknown): void => {
      unschedule();
      reject(error);
    };
    const succeed = (value: unknown): void => {
      unschedule();
      resolve(value);
    };
    ctx.onStop = (error) => {
      if (grace !== undefined) watchCutOff(run, ctx, whole);
      abandon(new Stopped(error));
    };
    work.then((value) => {
      if (!isPending(value)) return succeed(value);
      whole = allOf(value, ctx);
      whole.then(succeed, abandon);
    }, abandon);
  });
}

/** The one place where user code is called. */
function called(
  run: Run,
  ctx: ActionContext,
  call: (ctx: never) => unknown,
  kind: InterceptedCall['kind'] | undefined,
): unknown {
  const { interceptors } = run.environment;
  if (interceptors === undefined || kind === undefined) return awaitable(call(ctx as never), ctx);
  return intercepted(run, ctx, kind, interceptors, () => awaitable(call(ctx as never), ctx));
}

/** As {@link invoke}, of what cannot take effect once the saga is another's: its transaction is fenced. */
export function invokeFenced(
  run: Run,
  ctx: ActionContext,
  call: (ctx: never) => unknown,
  kind: InterceptedCall['kind'],
  timeout: number | undefined,
): unknown {
  const work = Promise.resolve(called(run, ctx, call, kind));
  // Its transaction is rolled back by the rejection, and must not stay open until the work has settled.
  if (timeout === undefined) return stoppable(run, ctx, work);
  return limited(run, ctx, work, timeout, undefined);
}

function begin(
  run: Run,
  ctx: ActionContext,
  call: (ctx: never) => unknown,
  kind: InterceptedCall['kind'] | undefined,
  timeout: number | undefined,
  grace: number | undefined,
): unknown {
  const returned = called(run, ctx, call, kind);
  if (timeout !== undefined) return limited(run, ctx, Promise.resolve(returned), timeout, grace);
  if (run.persistence === undefined) return returned;
  if (run.abandon === undefined) return stoppable(run, ctx, Promise.resolve(returned));
  ctx.isAwaitedAsIs = true;
  return returned;
}

/**
 * This process slept, or was busy, for longer than its lease: is the saga still its own? Asked until
 * the answer holds at the moment of the call: there may be another stall after it was given.
 */
async function confirmed(
  run: Run,
  ctx: ActionContext,
  asked: Promise<void>,
  next: () => unknown,
): Promise<unknown> {
  for (let doubt: Promise<void> | undefined = asked; doubt; doubt = run.persistence?.confirm()) {
    await doubt.catch((error: Error) => {
      throw new Stopped(error);
    });
  }
  if (run.stopped?.when === 'now') throw new Stopped(run.stopped.error);
  if (ctx.aborted !== undefined) throw ctx.aborted;
  return next();
}

/**
 * Calls an action, a compensation or a probe. A synchronous throw passes through; what comes back is
 * to be awaited, and of a bare call looked at once more by {@link isPending}. The bare call without
 * time limit and journal costs no promise of our own.
 *
 * @param kind What it is for interceptors; `undefined` for a hook, which none of them sees.
 * @param grace How long the next effect waits for this one when it is late, in ms; `undefined` for
 * a hook, which changes nothing and so holds nothing up.
 */
export function invoke(
  run: Run,
  ctx: ActionContext,
  call: (ctx: never) => unknown,
  kind: InterceptedCall['kind'] | undefined,
  timeout: number | undefined,
  grace: number | undefined,
): unknown {
  run.began(ctx);
  const doubt = run.persistence?.confirm();
  if (doubt !== undefined)
    return confirmed(run, ctx, doubt, () => begin(run, ctx, call, kind, timeout, grace));
  return begin(run, ctx, call, kind, timeout, grace);
}
