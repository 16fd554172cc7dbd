import { OutcomeUnknownError, SagaStateError } from '../errors/index.js';
import { isConflict } from '../journal/index.js';
import { quoted, type BarrierAction, type StepBarrier } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import type { CompensationContext } from './compensation-context.js';
import { checkedAction } from './checked-result.js';
import { keptIn, textOfKept } from './kept-by-barrier.js';
import { unwrap, unwrapUndo, whole } from './returned.js';
import type { RunPersistence } from './run-persistence.js';
import type { Run } from './run.js';

type Call = (ctx: never, tx: unknown) => unknown;

function barrierOf({ environment }: Run, label: string): StepBarrier {
  if (environment.barrier !== undefined) return environment.barrier.steps;
  throw new SagaStateError(`Step ${quoted(label)} needs a barrier, which is not there`);
}

/** Chains without a journal are refused before anything runs. */
function persistenceOf(run: Run): RunPersistence {
  return run.persistence as RunPersistence;
}

/** The count is greater than of every attempt before, in whatever process: the number of the last record. */
function actionOf(run: Run, { idempotencyKey: key }: ActionContext): BarrierAction {
  return { key, count: persistenceOf(run).seq ?? 0 };
}

/** The result in what was kept; the attempt gets the context that was. */
function adopted(run: Run, ctx: ActionContext, text: string): unknown {
  const kept = keptIn(text, persistenceOf(run));
  ctx.resetContext(kept?.context);
  return kept === undefined
    ? barrierOf(run, ctx.label).read(ctx.idempotencyKey, text)
    : kept.result;
}

/**
 * The action of a step with `barrier: true`. What it has changed of the context is kept beside its result, so that a
 * repetition, or a probe, brings back both.
 */
export function actionBehindBarrier(run: Run, ctx: ActionContext): () => Promise<unknown> {
  const { step } = ctx;
  return async () => {
    let isOver = false;
    const work = async (tx: unknown): Promise<string> => {
      isOver = false;
      // What an earlier run of the transaction has changed was rolled back with it.
      ctx.resetContext(undefined);
      const result = unwrap(await whole(checkedAction(step)(ctx as never, tx), ctx));
      if (ctx.aborted !== undefined) throw ctx.aborted;
      // What cannot be encoded is rolled back.
      const text = textOfKept({ result, context: ctx.touchedContext }, persistenceOf(run));
      isOver = true;
      return text;
    };
    try {
      const text = await barrierOf(run, step.label).run(actionOf(run, ctx), work);
      isOver = true;
      return adopted(run, ctx, text);
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
      unwrapUndo(await whole((step.compensate as Call)(ctx as never, tx), ctx));
    });
}

/** Its probe, which settles what became of the action. */
export function probeBehindBarrier(run: Run, ctx: ActionContext): () => Promise<unknown> {
  return async () => {
    const kept = await barrierOf(run, ctx.label).settle(actionOf(run, ctx));
    return kept === undefined ? 'not-done' : { outcome: 'done', result: adopted(run, ctx, kept) };
  };
}
