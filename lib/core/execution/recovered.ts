import type { StepDefinition } from '../definition/index.js';
import type { SagaSignal, TakeOverSignal } from '../machine/index.js';
import { backoff } from '../retry/index.js';
import type { Run } from './run.js';

const AT_ONCE = {};

/**
 * When the probe of a step in doubt is asked, which has not known so often; nothing where it is asked at
 * once, or, of one that was asked before, no more.
 */
export function probeTime(
  { environment }: Run,
  { policy }: StepDefinition,
  asked: number,
): { readonly probeAt?: number } {
  const { probe, probeDelay } = policy;
  if (probe === undefined || probeDelay === undefined || asked > probeDelay.retries) return AT_ONCE;
  const pauseMs = backoff(probeDelay, asked + 1, environment.random());
  // Times are whole in every journal.
  return { probeAt: Math.ceil(environment.clock.now() + pauseMs) };
}

/**
 * The signal that the run is in other hands: what was in flight may take effect still. Nothing goes on
 * before all doubts are settled, so that the longest delay is that of all.
 */
export function takeOverOf(run: Run, about: Omit<TakeOverSignal, 'type' | 'probeAt'>): SagaSignal {
  const times = run.state.inFlight.flatMap(({ label }) => {
    const step = run.definition.step(label);
    return (step && probeTime(run, step, 0).probeAt) ?? [];
  });
  return {
    type: 'take-over',
    ...about,
    ...(times.length > 0 && { probeAt: Math.max(...times) }),
  };
}
