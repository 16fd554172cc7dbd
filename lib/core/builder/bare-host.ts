import type { SagaDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import { logObserver } from '../events/index.js';
import { drive, Run, type RunEnvironment, type RunObserver } from '../execution/index.js';
import { resumeRecord } from '../machine/index.js';
import { randomIds, systemClock, type SagaLogger } from '../ports/index.js';
import type { SagaStartOptions } from './saga-host.js';

/** Time and chance for runs that nobody gave another environment. */
export const STANDARD_ENVIRONMENT: RunEnvironment = {
  clock: systemClock,
  ids: randomIds,
  random: Math.random,
};

/** A run without journal: on the live context, in this process alone. */
export function bareRun(
  definition: SagaDefinition,
  context: unknown,
  logger: SagaLogger,
  environment: RunEnvironment,
  id: string | undefined,
  observers: readonly RunObserver[] | undefined,
): Run {
  const run = new Run(definition, context, environment, logger, id);
  const log = logObserver(logger, environment.clock);
  if (log === undefined) run.observers = observers;
  else run.observers = observers === undefined ? [log] : [log, ...observers];
  return run;
}

/** The time at which a deadline given as a date or in ms from now falls. */
export function deadlineAt(deadline: Date | number, now: number): number {
  return typeof deadline === 'number' ? now + deadline : deadline.getTime();
}

async function driveUntil(run: Run, at: number): Promise<Run> {
  const { clock } = run.environment;
  const unschedule = clock.schedule(at - clock.now(), () => {
    run.requestCancel('deadline', 'deadline');
  });
  try {
    return await drive(run);
  } finally {
    unschedule();
  }
}

/** Drives a bare run to its end, or tells how it ended if it has. Throws what `drive` throws. */
export function driveBare(
  run: Run,
  resumeFrom: string | undefined,
  options: SagaStartOptions | undefined,
): Promise<Run> {
  if (resumeFrom !== undefined && !run.driving && !run.isSuccess) {
    run.note(resumeRecord(run.definition, run.state, resumeFrom));
  } else if (run.state.atRest && !run.isSuccess) {
    throw new SagaStateError(
      `Saga ${run.sagaName} ${run.sagaId} has ended as ${run.state.status}; make a new chain to run it again`,
    );
  }
  if (options?.deadline === undefined) return drive(run);
  return driveUntil(run, deadlineAt(options.deadline, run.environment.clock.now()));
}
