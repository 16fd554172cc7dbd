import {
  isSagaError,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRef,
  type SagaRow,
} from '../../../core/index.js';
import {
  checkInput,
  checkSame,
  type DefinitionRegistry,
  deliver,
  type StartRequest,
} from '../../../core/engine/index.js';
import type { ActiveRun, ActiveRuns } from './active-runs.js';
import { AlreadyExists } from './already-exists.js';
import type { ResultWaiter } from './result-waiter.js';
import type { RunFactory } from './run-factory.js';
import type { SagaReader } from './saga-reader.js';

/** Starts sagas: each id once, however often it is started. */
export class Starts {
  constructor(
    private readonly registry: DefinitionRegistry,
    private readonly runs: RunFactory,
    private readonly reader: SagaReader,
    private readonly live: ActiveRuns,
    private readonly waiter: ResultWaiter,
  ) {}

  /** Whether the saga is there already. @throws SagaConflictError when it was started with another input. */
  async isKnown(ref: SagaRef, input: string): Promise<boolean> {
    const row = await this.reader.findRow(ref);
    // The plan may have been fixed since.
    if (row !== undefined) checkInput(this.runs.codec, ref, input, row);
    return row !== undefined;
  }

  /** Resolves when the start is durable, here or where the saga was started before. */
  start(
    definition: SagaDefinition,
    request: StartRequest,
    input: string,
    resumeFrom?: string,
  ): Promise<SagaHandle> {
    const ref = this.reader.refOf(definition.name, request.id);
    const running = this.live.get(ref);
    if (running !== undefined) {
      checkSame(this.registry, this.runs.codec, ref, definition, input, running);
      return this.#accepted(running, definition);
    }
    const run = this.runs.create(definition, request, input);
    if (resumeFrom !== undefined) deliver(run, { type: 'resume', from: resumeFrom });
    return this.#accepted(this.live.launch(run, input, request.deadline), definition);
  }

  /**
   * A start that was accepted here, or by the process that owns the saga: it started it first, or took
   * it over before this start was answered.
   */
  #accepted(started: ActiveRun, definition: SagaDefinition): Promise<SagaHandle> {
    return started.durable.then(
      () => started.handle,
      (error: unknown) => this.#met(started, definition, error),
    );
  }

  async #met(started: ActiveRun, definition: SagaDefinition, error: unknown): Promise<SagaHandle> {
    const row = await this.#rowMet(started, error);
    const { application, name, id } = row;
    const ref = { application, name, id };
    checkSame(this.registry, this.runs.codec, ref, definition, started.input, row);
    return this.waiter.handleOf(ref, definition);
  }

  /**
   * The saga that a start has met: the one that had its id already, or its own, which others have taken
   * over since. Other errors are thrown again.
   *
   * @throws SagaInterruptedError when it cannot be known whether the start was written.
   */
  async #rowMet({ run }: ActiveRun, error: unknown): Promise<SagaRow> {
    if (error instanceof AlreadyExists) return error.row;
    if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
    const { sagaName: name, sagaId: id } = run;
    const unclear = (cause: unknown): never => {
      const why =
        'this process lost its lease before it knew that the start was written; start it again with the same id';
      throw new SagaInterruptedError(name, id, why, { cause });
    };
    const row = await this.reader.findRow(this.reader.refOf(name, id)).catch(unclear);
    return row ?? unclear(error);
  }
}
