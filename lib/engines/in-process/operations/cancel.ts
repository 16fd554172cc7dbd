import type { SagaRef } from '../../../core/index.js';
import { accept, type CancelSignal } from '../../../core/engine/index.js';
import { act, type ActiveRuns, type SagaReader } from '../runs/index.js';
import type { AuditedAct } from './audit.js';
import type { CancelElsewhere } from './cancel-elsewhere.js';
import type { TakeUp } from './take-up.js';

/** Cancels sagas, whoever owns them. */
export class Cancel {
  constructor(
    private readonly live: ActiveRuns,
    private readonly reader: SagaReader,
    private readonly takeUp: TakeUp,
    private readonly elsewhere: CancelElsewhere,
  ) {}

  /**
   * Resolves once the cancel is durable.
   * @throws SagaNotFoundError, or SagaStateError when it is refused.
   */
  async perform(ref: SagaRef, signal: CancelSignal, audited?: AuditedAct): Promise<void> {
    const atWork = this.live.whileActive(ref, async ({ run }) => {
      act(run, signal, audited?.entry);
      await run.persistence?.flush();
      return true;
    });
    if (await atWork) return;
    const seen = await this.reader.viewByAnyPlan(ref);
    accept(ref, seen.definition, seen.state, signal);
    if (seen.state.atRest) {
      // Only a process that knows its undos can start compensating it.
      this.reader.planOf(ref.name);
      await this.takeUp.byRef(ref, seen.definition, signal, audited);
    } else if ((await this.elsewhere.ask(ref, signal, audited)) === 'again') {
      await this.perform(ref, signal, audited);
    }
  }
}
