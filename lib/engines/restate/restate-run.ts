import {
  type EngineSettings,
  type JournalEntry,
  jsonCodec,
  type RunEnvironment,
  type RunObserver,
  type SagaDefinition,
  type SagaLogger,
  type StartHeaders,
} from '../../core/index.js';
import {
  environmentOf,
  logObserver,
  NO_HEADERS,
  payloadLimits,
  redacting,
  Run,
  type StagedRecord,
  StoredRun,
  type Storing,
} from '../../core/engine/index.js';
import type { StartInput } from './wire.js';

/** The server has none. */
const NO_APPLICATION = '';

/** What the runs of one engine share. */
export interface RunParts {
  readonly storing: Storing;
  readonly environment: RunEnvironment;
  readonly logger: SagaLogger;
  readonly observers: readonly RunObserver[];
  readonly startHeaders?: StartHeaders | undefined;
}

export function runParts(given: EngineSettings): RunParts {
  const { observers = [], codec = jsonCodec, limits, startHeaders } = given;
  const { logger, redact } = redacting(given);
  const storing = { codec, limits: payloadLimits(limits), redact };
  return { storing, environment: environmentOf(given), logger, observers, startHeaders };
}

/** Keeps what a run notes until the turn is over: Restate stores it as the turn's outcome. */
export class RestateRecords extends StoredRun {
  /** Nothing to wait for: nothing goes on before the turn is durable. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  takeStaged(): readonly StagedRecord[] {
    return this.take();
  }
}

export interface RestateRun {
  readonly run: Run;
  readonly records: RestateRecords;
}

/** What a saga was started with; to look at it, one need not know when or by whom. */
export type Life = Pick<StartInput, 'input' | 'birth' | 'headers'> &
  Partial<Pick<StartInput, 'createdAt'>>;

/** A run without a past, to be driven. */
export function newRun(
  parts: RunParts,
  definition: SagaDefinition,
  id: string,
  { input, birth = '', createdAt, headers = NO_HEADERS }: Life,
): RestateRun {
  const { environment, logger, observers, storing } = parts;
  const run = new Run(definition, undefined, environment, logger, id);
  if (createdAt !== undefined) run.origin = { headers, createdAt };
  const log = logObserver(logger, environment.clock);
  run.observers = log === undefined ? observers : [log, ...observers];
  const records = new RestateRecords(run, storing, NO_APPLICATION, input, 1, birth);
  run.persistence = records;
  // Steps are found by label from the start: the next turn may be taken by another process, with
  // another plan.
  records.replay([]);
  return { run, records };
}

/** A run as Restate has it: to look at, not to drive. */
export function viewRun(
  parts: RunParts,
  definition: SagaDefinition,
  id: string,
  life: Life,
  entries: readonly JournalEntry[],
): Run {
  const { run, records } = newRun({ ...parts, observers: [] }, definition, id, life);
  records.replay(entries);
  return run;
}
