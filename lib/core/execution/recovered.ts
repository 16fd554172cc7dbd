import type { StepDefinition } from '../definition/index.js';
import type { SagaSignal, TakeOverSignal } from '../machine/index.js';
import { backoff } from '../retry/index.js';
import type { Run } from './run.js';

const AT_ONCE = {};

/**
 * When the probe of a step in doubt is asked, after so many answers `unknown`; nothing where it is
 * asked at once, or, after the last of these answers, no more.
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
 * The signal that another process drives the run: what was in flight may still take effect. Nothing
 * goes on before all doubts are settled, so that the longest delay holds for all.
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
