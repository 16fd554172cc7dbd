import { isSagaError, OutcomeUnknownError, SagaStateError } from '../errors/index.js';
import { quoted, type InterceptedCall, type SagaInterceptor } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import { noOutcomeIn } from './no-outcome.js';
import { outcomeOf } from './outcome.js';
import { isPending, unwrap, whole } from './returned.js';
import type { Run } from './run.js';

function viewOf(run: Run, { label, attempt }: ActionContext, kind: InterceptedCall['kind']) {
  const { sagaName, sagaId, definition, persistence } = run;
  const application = persistence?.application ?? '';
  const whose = application === '' ? {} : { application };
  const { headers, createdAt } = run;
  const view = { sagaName, sagaId, ...whose, version: definition.version, headers, createdAt };
  return { run: view, label, kind, attempt };
}

function deferred() {
  let resolve!: (value: unknown) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

const ALREADY_UNDONE = 'SAGA_ALREADY_UNDONE';

/** Whether an interceptor may put another error in the place of the failure of a call. */
function mayReplace(
  run: Run,
  ctx: ActionContext,
  kind: InterceptedCall['kind'],
  failure: unknown,
  other: unknown,
): boolean {
  if (isSagaError(other, ALREADY_UNDONE) || noOutcomeIn(failure) !== undefined) return false;
  return kind !== 'action' || outcomeOf(run, ctx, ctx.step, failure) === 'not-done';
}

/** One call through all interceptors, by the rules of {@link SagaInterceptor}. */
export async function intercepted(
  run: Run,
  ctx: ActionContext,
  kind: InterceptedCall['kind'],
  interceptors: readonly SagaInterceptor[],
  begin: () => unknown,
): Promise<unknown> {
  const what = `the ${kind} of step ${quoted(ctx.label)}`;
  const call = viewOf(run, ctx, kind);
  let isOver = false;
  let own: Promise<unknown> | undefined;
  const innermost = (): unknown => {
    if (own !== undefined) {
      throw new SagaStateError(`An interceptor called next() twice for ${what}; call it once`);
    }
    if (isOver) {
      const why = 'call it before around() returns, and await nothing before it';
      throw new SagaStateError(`An interceptor called next() too late for ${what}; ${why}`);
    }
    const { promise, resolve, reject } = deferred();
    // Set before the call begins: a next() from inside the call must not begin it twice.
    own = promise;
    try {
      const returned = begin();
      resolve(whole(returned, ctx));
      return isPending(returned) || returned instanceof Promise ? promise : returned;
    } catch (thrown) {
      reject(thrown);
      throw thrown;
    }
  };
  const chain = interceptors.reduceRight<() => unknown>(
    (next, interceptor) => () => interceptor.around(call, next),
    innermost,
  );
  let outer: Promise<unknown>;
  try {
    outer = whole(chain(), ctx);
  } catch (thrown) {
    outer = Promise.reject(thrown);
  }
  isOver = true;
  const [around, mine] = await Promise.allSettled([outer, own]);
  if (own === undefined) {
    // Only the step itself may say that an undo is not needed.
    const isItsOwn = around.status === 'rejected' && !isSagaError(around.reason, ALREADY_UNDONE);
    if (isItsOwn) throw around.reason;
    const why = 'so nothing ran; every around() must return next()';
    throw new SagaStateError(`An interceptor did not call next() for ${what}, ${why}`);
  }
  if (mine.status === 'rejected') {
    const reason: unknown = mine.reason;
    throw around.status === 'rejected' && mayReplace(run, ctx, kind, reason, around.reason)
      ? around.reason
      : reason;
  }
  // An `Err` is a failure, too.
  unwrap(mine.value);
  if (around.status === 'fulfilled') return around.value;
  if (kind !== 'action' || isSagaError(around.reason, 'SAGA_OUTCOME_UNKNOWN')) throw around.reason;
  throw new OutcomeUnknownError(`An interceptor failed after ${what} had succeeded`, {
    cause: around.reason,
  });
}
