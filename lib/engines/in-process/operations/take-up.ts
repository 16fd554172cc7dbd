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
import { act, type ActiveRuns, type SagaReader, shownRef } from '../runs/index.js';
import { type AuditedAct, refuseDoneBefore } from './audit.js';

/** Claims sagas that nobody owns, hands each its signal, and drives it on. */
export class TakeUp {
  constructor(
    private readonly claims: Claims,
    private readonly reader: SagaReader,
    private readonly live: ActiveRuns,
  ) {}

  /**
   * Claims a saga that nobody owns, hands it the signal, and drives it on.
   *
   * @throws SagaStateError when another process owns it.
   */
  async byRef(
    ref: SagaRef,
    plan: SagaDefinition,
    signal: SagaSignal,
    audited?: AuditedAct,
  ): Promise<SagaHandle> {
    const row = await this.claims.claimOne(ref);
    if (row === undefined) {
      throw new SagaStateError(`Another process works on saga ${shownRef(ref)}`);
    }
    return this.claimed(row, plan, signal, audited);
  }

  /**
   * As {@link byRef}, of a saga that this process has just claimed.
   *
   * @throws SagaInterruptedError when others have claimed it since: the saga goes on there (28).
   */
  async claimed(
    row: SagaRow,
    plan: SagaDefinition,
    signal: SagaSignal,
    audited?: AuditedAct,
  ): Promise<SagaHandle> {
    try {
      return await this.#drive(row, plan, signal, audited);
    } catch (error) {
      if (!isSagaError(error, 'SAGA_LEASE_LOST')) throw error;
      throw new SagaInterruptedError(row.name, row.id, error.message, { cause: error });
    }
  }

  async #drive(
    row: SagaRow,
    plan: SagaDefinition,
    signal: SagaSignal,
    audited: AuditedAct | undefined,
  ): Promise<SagaHandle> {
    let run: Run;
    try {
      run = this.reader.load(await this.reader.claimed(row), plan);
      await refuseDoneBefore(this.claims.operators, audited);
      deliver(run, takeOverOf(run, { owner: this.claims.owner }));
      act(run, signal, audited?.entry);
    } catch (error) {
      // Claimed, but not active: nobody else could claim it while this process is alive, so it is
      // released.
      this.claims.releaseUnstarted(row);
      throw error;
    }
    const launched = this.live.launch(run, row.input, row.deadline);
    await launched.durable;
    return launched.handle;
  }
}
