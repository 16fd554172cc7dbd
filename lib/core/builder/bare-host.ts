import type { SagaDefinition } from '../definition/index.js';
import { STANDARD_ENVIRONMENT, startRequest, type SagaStartOptions } from '../engine/index.js';
import { SagaStateError } from '../errors/index.js';
import { logObserver } from '../events/index.js';
import {
  deliver,
  drive,
  driveUntil,
  refuseTwice,
  takeOverOf,
  Run,
  type RunObserver,
} from '../execution/index.js';
import { checkFrom } from '../machine/index.js';
import { type SagaLogger, shownSaga } from '../ports/index.js';
import type { SagaBuilderOptions } from './builder-options.js';
import { refuseTransactional } from './checked-step.js';

/**
 * A run without a journal: on the user's own context object, in this process alone.
 *
 * @throws SagaOptionsError for options that cannot be right.
 */
export function bareRun(
  definition: SagaDefinition,
  context: unknown,
  logger: SagaLogger,
  options: SagaBuilderOptions | undefined,
): Run {
  if (options === undefined) {
    return observed(new Run(definition, context, STANDARD_ENVIRONMENT, logger), undefined);
  }
  const { environment = STANDARD_ENVIRONMENT, id, observers } = options;
  if (options.definition !== undefined) checkBare(options.definition);
  const { headers } = startRequest(options, () => 'unused', 0);
  const run = new Run(definition, context, environment, logger, id);
  // Kept only where somebody looks at it.
  const isWatched = observers !== undefined || environment.interceptors !== undefined;
  if (isWatched) run.origin = { headers, createdAt: environment.clock.now() };
  return observed(run, observers);
}

function checkBare({ name, steps }: SagaDefinition): void {
  for (const { policy } of steps) {
    if (policy.transaction) refuseTransactional(name, 'transaction');
    if (policy.barrier) refuseTransactional(name, 'barrier');
  }
}

function observed(run: Run, observers: readonly RunObserver[] | undefined): Run {
  const log = logObserver(run.logger, run.environment.clock);
  if (log === undefined) run.observers = observers;
  else run.observers = observers === undefined ? [log] : [log, ...observers];
  return run;
}

/** @throws SagaStateError when the run has ended, or runs; SagaOptionsError for a bad deadline. */
export function driveBare(
  run: Run,
  resumeFrom: string | undefined,
  options: SagaStartOptions | undefined,
): Promise<Run> {
  if (run.driving) refuseTwice(run.sagaName, run.sagaId);
  // The run stopped at an attempt without an outcome, which is in doubt.
  if (run.state.started > 0 && run.state.inFlight.length > 0) {
    deliver(run, takeOverOf(run, { owner: 'its caller' }));
  }
  if (resumeFrom !== undefined) {
    const signal = { type: 'resume', from: resumeFrom } as const;
    if (run.isSuccess) checkFrom({ id: run.sagaId }, run.definition, signal);
    else deliver(run, signal);
  } else if (run.state.atRest && !run.isSuccess) {
    throw new SagaStateError(
      `Saga ${shownSaga(run.sagaName, run.sagaId)} has ended as ${run.state.status}; make a new chain to run it again`,
    );
  }
  if (options?.deadline === undefined) return drive(run);
  const { clock } = run.environment;
  const { deadline } = startRequest(options, () => run.sagaId, clock.now());
  return deadline === null ? drive(run) : driveUntil(run, deadline);
}
