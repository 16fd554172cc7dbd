import {
  type NewSaga,
  type PayloadCodec,
  type SagaDefinition,
  SagaNewerError,
  SagaSerializationError,
  type StoredSaga,
} from '../../../core/index.js';
import {
  damageOf,
  newBirth,
  type Run,
  SAGA_STATUSES,
  shown,
  type StartRequest,
  type Storing,
} from '../../../core/engine/index.js';
import { Fence, type JournalAccess, type Lease } from '../ownership/index.js';
import { JournaledRun } from './journaled-run.js';
import type { ObservedRuns } from './observed-runs.js';
import { bareEntry } from './record-writer.js';
import { shownRef } from './shown.js';

/**
 * @throws SagaNewerError for a status that only a later version knows; SagaSerializationError when what is
 * stored is not all that was written.
 */
export function refuseUnreadable(stored: StoredSaga): void {
  const { status } = stored.row;
  const saga = shownRef(stored.row);
  if (!SAGA_STATUSES.includes(status)) {
    const what = `Saga ${saga} has the status ${shown(status)}`;
    throw new SagaNewerError(`${what}, which only a later version of this package knows`);
  }
  const damage = damageOf(stored);
  if (damage === undefined) return;
  throw new SagaSerializationError(`saga ${saga}`, `cannot be read: ${damage}`);
}

/** Makes the runs of an engine: new ones, and those whose records are in the journal. */
export class RunFactory {
  constructor(
    private readonly access: JournalAccess,
    private readonly lease: Lease,
    private readonly storing: Storing,
    private readonly observed: ObservedRuns,
  ) {}

  get codec(): PayloadCodec {
    return this.storing.codec;
  }

  /** A run whose first write creates the saga in the journal. */
  create(definition: SagaDefinition, request: StartRequest, input: string): Run {
    const createdAt = this.observed.environment.clock.now();
    const { id, headers } = request;
    const run = this.observed.make(definition, { id, headers, createdAt });
    const journaled = this.#journaled(run, 1, { input, birth: newBirth() });
    journaled.createOnFirstWrite(request);
    run.persistence = journaled;
    return run;
  }

  /** What is stored of a saga that begins after a commit. */
  accepted(
    definition: SagaDefinition,
    request: StartRequest,
    input: string,
  ): Omit<NewSaga, 'owner'> {
    const { name, version, fingerprint } = definition;
    const { application } = this.access;
    const at = this.observed.environment.clock.now();
    const entries = [bareEntry({ type: 'accepted' }, { seq: 1, at, epoch: 1 })];
    const identity = { application, name, birth: newBirth(), version, fingerprint };
    return { ...identity, input, ...request, status: 'running', entries };
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
    const run = this.observed.make(definition, row);
    const journaled = this.#journaled(run, row.epoch, row);
    refuseUnreadable(stored);
    journaled.replay(stored.entries);
    run.persistence = journaled;
    return { run, journaled };
  }

  #journaled(
    run: Run,
    epoch: number,
    saga: { readonly input: string; readonly birth: string },
  ): JournaledRun {
    const ref = { application: this.access.application, name: run.sagaName, id: run.sagaId };
    return new JournaledRun(
      run,
      this.storing,
      new Fence(this.access, this.lease, ref, epoch),
      saga,
    );
  }
}
