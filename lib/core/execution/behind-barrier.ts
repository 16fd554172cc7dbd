import { OutcomeUnknownError, SagaStateError } from '../errors/index.js';
import { isConflict } from '../journal/index.js';
import { quoted, type StepBarrier } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import type { CompensationContext } from './compensation-context.js';
import { allOf, isPending, unwrap, unwrapUndo } from './returned.js';
import type { Run } from './run.js';

type Call = (ctx: never, tx: unknown) => unknown;

/** What a barrier keeps of an action. */
interface Kept {
  readonly result?: unknown;
  /** Only where the action has looked at it: it may have changed it. */
  readonly context?: unknown;
}

function barrierOf({ environment }: Run, label: string): StepBarrier {
  if (environment.barrier !== undefined) return environment.barrier.steps;
  throw new SagaStateError(`Step ${quoted(label)} needs a barrier, which is not there`);
}

/** Greater than of every attempt before, in whatever process: the number of the last record. */
function countOf({ persistence }: Run): number {
  return persistence?.seq ?? 0;
}

async function whole(call: Call, ctx: ActionContext, tx: unknown): Promise<unknown> {
  const value = await call(ctx as never, tx);
  return isPending(value) ? allOf(value, ctx) : value;
}

/**
 * The action of a step with `barrier: true`. What it has changed of the context is kept beside its result, so that a
 * repetition, or a probe, brings back both.
 */
export function actionBehindBarrier(run: Run, ctx: ActionContext): () => Promise<unknown> {
  const { step } = ctx;
  return async () => {
    const action = { key: ctx.idempotencyKey, count: countOf(run) };
    let isOver = false;
    const work = async (tx: unknown): Promise<Kept> => {
      isOver = false;
      // What an earlier run of the transaction has changed was rolled back with it.
      ctx.resetContext(undefined);
      const result = unwrap(await whole(step.action as Call, ctx, tx));
      if (ctx.aborted !== undefined) throw ctx.aborted;
      const { touchedContext: context } = ctx;
      isOver = true;
      return context === undefined ? { result } : { result, context };
    };
    try {
      const { result, context } = (await barrierOf(run, step.label).run(action, work)) as Kept;
      ctx.resetContext(context);
      return result;
    } catch (error) {
      if (!isOver || isConflict(error)) throw error;
      const what = `The transaction of step ${quoted(step.label)} has ended without an answer`;
      throw new OutcomeUnknownError(what, { cause: error });
    }
  };
}

/** The undo of such a step. */
export function undoBehindBarrier(run: Run, ctx: ActionContext): () => Promise<void> {
  const { step, outcome, actionIdempotencyKey: key } = ctx as CompensationContext;
  const action = { key, hasRun: outcome === 'done' };
  return () =>
    barrierOf(run, step.label).undo(action, async (tx) => {
      ctx.resetContext(undefined);
      unwrapUndo(await whole(step.compensate as Call, ctx, tx));
    });
}

/** Its probe, which settles what became of the action. */
export function probeBehindBarrier(run: Run, ctx: ActionContext): () => Promise<unknown> {
  return async () => {
    const action = { key: ctx.idempotencyKey, count: countOf(run) };
    const ran = await barrierOf(run, ctx.label).settle(action);
    if (ran === undefined) return 'not-done';
    const { result, context } = ran.result as Kept;
    ctx.resetContext(context);
    return { outcome: 'done', result };
  };
}
