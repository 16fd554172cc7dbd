import {
  isSagaError,
  type SagaDefinition,
  type SagaHandle,
  SagaInterruptedError,
  type SagaRef,
  type SagaRow,
  type SagaSignal,
  SagaStateError,
} from '../../../core/index.js';
import { deliver, type Run, takeOverOf } from '../../../core/engine/index.js';
import type { Claims } from '../ownership/index.js';
import { type ActiveRuns, type SagaReader, shownRef } from '../runs/index.js';

/** Hands a signal to sagas that nobody works on, and carries them on. */
export class TakeUp {
  constructor(
    private readonly claims: Claims,
    private readonly reader: SagaReader,
    private readonly live: ActiveRuns,
  ) {}

  /**
   * Becomes the owner of a saga that nobody works on, hands it the signal, and carries it on.
   *
   * @throws SagaStateError when another process works on it.
   */
  async byRef(ref: SagaRef, plan: SagaDefinition, signal: SagaSignal): Promise<SagaHandle> {
    const row = await this.claims.claimOne(ref);
    if (row === undefined) {
      throw new SagaStateError(`Another process works on saga ${shownRef(ref)}`);
    }
    return this.claimed(row, plan, signal);
  }

  /**
   * As {@link byRef}, of one that this process has just claimed.
   *
   * @throws SagaInterruptedError when others have claimed it since: the saga goes on there (28).
   */
  async claimed(row: SagaRow, plan: SagaDefinition, signal: SagaSignal): Promise<SagaHandle> {
    try {
      return await this.#carryOn(row, plan, signal);
    } catch (error) {
      if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
      throw new SagaInterruptedError(row.name, row.id, error.message, { cause: error });
    }
  }

  async #carryOn(row: SagaRow, plan: SagaDefinition, signal: SagaSignal): Promise<SagaHandle> {
    let run: Run;
    try {
      run = this.reader.load(await this.reader.claimed(row), plan);
      deliver(run, takeOverOf(run, { owner: this.claims.owner }));
      deliver(run, signal);
    } catch (error) {
      // Claimed, but not worked on: as long as this process lives, nobody else could.
      this.claims.releaseUnstarted(row);
      throw error;
    }
    const launched = this.live.launch(run, row.input, row.deadline);
    await launched.durable;
    return launched.handle;
  }
}
