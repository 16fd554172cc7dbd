import {
  evolve,
  type RunEnvironment,
  type RunObserver,
  SagaDefinition,
  type SagaLogger,
  type SagaRecord,
  type SagaRow,
  type StoredSaga,
} from '../../../core/index.js';
import {
  encodeInput,
  logObserver,
  newBirth,
  Run,
  type RunOrigin,
  type StartRequest,
} from '../../../core/engine/index.js';
import { JournaledRun } from './journaled-run.js';
import type { Journaling } from '../ownership/journaling.js';
import { refuseUnreadable } from './readable.js';

/** A plan for a saga whose steps nobody here knows, or needs. */
export function planWithoutSteps({ name, version }: SagaRow): SagaDefinition {
  return new SagaDefinition(name, version, [], [], 'continue');
}

function originOf({ headers, createdAt }: SagaRow): RunOrigin {
  return { headers, createdAt };
}

/** Makes the runs of an engine: new ones, and those whose records are in the journal. */
export class RunFactory {
  constructor(
    private readonly journaling: Journaling,
    private readonly environment: RunEnvironment,
    private readonly logger: SagaLogger,
    private readonly observers: readonly RunObserver[] = [],
  ) {}

  /** @throws SagaSerializationError when the initial context cannot be stored. */
  encodeInput({ name }: SagaDefinition, { id }: StartRequest, context: unknown): string {
    const { codec, limits } = this.journaling;
    return encodeInput(codec, limits, context, this.logger, { saga: name, sagaId: id });
  }

  /** A run that its first write creates in the journal. */
  create(definition: SagaDefinition, request: StartRequest, input: string): Run {
    const run = this.#runOf(definition, request.id);
    const birth = newBirth();
    run.origin = { headers: request.headers, createdAt: this.environment.clock.now() };
    const journaled = new JournaledRun(run, this.journaling, input, 1, birth);
    const { name, version, fingerprint } = definition;
    const { application, owner } = this.journaling;
    const identity = { application, name, birth };
    journaled.createOnFirstWrite({ ...identity, version, fingerprint, input, ...request, owner });
    run.persistence = journaled;
    return run;
  }

  /** Tells the observers of a record of a saga whose others nobody can read. */
  tell(row: SagaRow, record: SagaRecord, at: number): void {
    const run = new Run(planWithoutSteps(row), undefined, this.environment, this.logger, row.id);
    run.observers = this.observers;
    run.origin = originOf(row);
    evolve(run.state, record);
    run.publish(record, at);
  }

  /** A run as the journal knows it, to look at: what it holds may be in a codec unknown here. */
  view(definition: SagaDefinition, stored: StoredSaga): Run {
    return this.#replayed(definition, stored).run;
  }

  /** A run as the journal knows it, to drive. @throws when its records cannot be read. */
  load(definition: SagaDefinition, stored: StoredSaga): Run {
    const { run, journaled } = this.#replayed(definition, stored);
    journaled.checkReadable();
    return run;
  }

  #replayed(definition: SagaDefinition, stored: StoredSaga) {
    const { row } = stored;
    const run = this.#runOf(definition, row.id);
    run.origin = originOf(row);
    const journaled = new JournaledRun(run, this.journaling, row.input, row.epoch, row.birth);
    refuseUnreadable(stored);
    journaled.replay(stored.entries);
    run.persistence = journaled;
    return { run, journaled };
  }

  #runOf(definition: SagaDefinition, id: string): Run {
    const run = new Run(definition, undefined, this.environment, this.logger, id);
    const log = logObserver(this.logger, this.environment.clock);
    run.observers = log === undefined ? this.observers : [log, ...this.observers];
    return run;
  }
}
