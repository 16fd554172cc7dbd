import type { StepDefinition } from '../definition/index.js';
import type { Command } from '../machine/index.js';
import { backoff } from '../retry/index.js';
import type { Run } from './run.js';

export type Effect = Exclude<Command, { readonly type: 'record' | 'stop' }>;

/** The longest pause that the policy of a step allows before this effect of it, in ms. */
function longestPause(run: Run, effect: Effect): number {
  const { step } = effect;
  const { retry, compensationRetry, probeDelay }: StepDefinition['policy'] = step.policy;
  const isProbe = effect.type === 'probe';
  const failed = isProbe ? run.state.step(step.label)?.attempt : effect.attempt - 1;
  const policy = effect.type === 'undo' ? compensationRetry : retry;
  const pauseMs = backoff(policy, Math.max(1, failed ?? 1), 0);
  if (!isProbe || probeDelay === undefined) return pauseMs;
  const { asked } = run.state.question(step.label) ?? { asked: 0 };
  return Math.max(pauseMs, backoff(probeDelay, asked + 1, 0));
}

/**
 * How long an effect has to wait for its back-off, in ms; 0 or less: not at all. The wall time that is
 * stored is for the process that takes over. In the process that saw the failure the monotonic clock
 * decides; any other waits what is left of it, and never longer than the policy allows: the wall clock
 * may have been set back since.
 */
export function msUntilDue(run: Run, effect: Effect): number {
  const { notBefore } = effect;
  if (notBefore === 0) return 0;
  const { clock } = run.environment;
  let { due } = run;
  if (due?.retryAt !== notBefore) {
    const left = Math.min(notBefore - clock.now(), longestPause(run, effect));
    due = { retryAt: notBefore, at: clock.monotonic() + left };
    run.due = due;
  }
  return due.at - clock.monotonic();
}
