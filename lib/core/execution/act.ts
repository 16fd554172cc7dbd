import type { StepDefinition } from '../definition/index.js';
import type { ActionContext } from './action-context.js';
import { actionBehindBarrier, undoBehindBarrier } from './behind-barrier.js';
import { checkedAction } from './checked-result.js';
import { invoke } from './invoke.js';
import type { Run } from './run.js';

export function act(run: Run, ctx: ActionContext): unknown {
  const { step } = ctx;
  const { policy } = step;
  const call = policy.barrier ? actionBehindBarrier(run, ctx) : checkedAction(step);
  return invoke(run, ctx, call, 'action', policy.timeout, policy.timeoutGrace);
}

export function noteDone(run: Run, ctx: ActionContext, result: unknown): void {
  const { label, policy } = ctx.step;
  run.ended(ctx);
  run.note({ type: 'done', label, attempt: ctx.attempt, result, pivot: policy.pivot }, ctx);
}

/** As {@link act}, of its undo; that it has come to its end is all that there is to be told. */
export function undo(run: Run, ctx: ActionContext): unknown {
  const { compensate, policy } = ctx.step;
  const { barrier, compensationTimeout, timeoutGrace } = policy;
  const own = compensate as NonNullable<StepDefinition['compensate']>;
  const call = barrier ? undoBehindBarrier(run, ctx) : own;
  return invoke(run, ctx, call, 'undo', compensationTimeout, timeoutGrace);
}

export function noteUndone(run: Run, ctx: ActionContext): void {
  run.ended(ctx);
  run.note({ type: 'undone', label: ctx.label, attempt: ctx.attempt }, ctx);
}
