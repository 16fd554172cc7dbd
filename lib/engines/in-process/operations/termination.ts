import { SagaNotFoundError, type SagaRef, SagaState, SagaStateError } from '../../../core/index.js';
import {
  accept,
  type CommandSignal,
  planWithoutSteps,
  shownWhole,
} from '../../../core/engine/index.js';
import type { Claims } from '../ownership/index.js';
import {
  act,
  type ActiveRuns,
  type RecordWriter,
  type SagaReader,
  shownRef,
} from '../runs/index.js';
import { type AuditedAct, refuseDoneBefore } from './audit.js';

/** Ends sagas by an operator's command, whoever owns them. */
export class Termination {
  constructor(
    private readonly live: ActiveRuns,
    private readonly reader: SagaReader,
    private readonly claims: Claims,
    private readonly writer: RecordWriter,
  ) {}

  /** Resolves once it is durable. @throws SagaNotFoundError, or SagaStateError when it has ended. */
  async perform(ref: SagaRef, signal: CommandSignal, audited: AuditedAct): Promise<void> {
    const atWork = this.live.whileActive(ref, async ({ run }) => {
      act(run, signal, audited.entry);
      await run.persistence?.flush();
      const what = `Saga ${shownRef(ref)} was terminated: ${shownWhole(signal.reason)}`;
      // Stopped whether it waits or ignores its signal: the outcome of its attempt is not noted.
      run.stop(new SagaStateError(what), 'now');
      return true;
    });
    if (!(await atWork)) await this.#terminateElsewhere(ref, signal, audited);
  }

  /**
   * Without reading its records, which may be what is wrong with it. A saga that another process owns
   * is claimed by force: that process is fenced at once, and stops at its next heartbeat.
   */
  async #terminateElsewhere(
    ref: SagaRef,
    signal: CommandSignal,
    audited: AuditedAct,
  ): Promise<void> {
    const seen = await this.reader.row(ref);
    const plan = planWithoutSteps(seen);
    const state = new SagaState();
    state.status = seen.status;
    const records = accept(ref, plan, state, signal);
    const row = await this.claims.claimOne(ref, true);
    if (row === undefined) throw new SagaNotFoundError(`Saga ${shownRef(ref)} was just deleted`);
    try {
      const { nextSeq } = await this.reader.claimed(row);
      await refuseDoneBefore(this.claims.operators, audited);
      const { owner } = this.claims;
      const takenOver = accept(ref, plan, state, { type: 'take-over', owner });
      const all = [...takenOver, ...records];
      await this.writer.add(row, nextSeq, 'parked', all, audited.entry);
    } catch (error) {
      this.claims.releaseUnstarted(row);
      throw error;
    }
  }
}
