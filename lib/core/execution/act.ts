import type { ActionContext } from './action-context.js';
import { actionBehindBarrier } from './behind-barrier.js';
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
