import type { SagaRef } from '../../../core/index.js';
import {
  accept,
  type CommandSignal,
  resultByHand,
  type Storing,
} from '../../../core/engine/index.js';
import { act, type ActiveRuns, type SagaReader } from '../runs/index.js';
import type { AuditedAct } from './audit.js';
import type { TakeUp } from './take-up.js';

/** Operator commands to parked sagas, which go on after them. */
export class Commands {
  constructor(
    private readonly live: ActiveRuns,
    private readonly reader: SagaReader,
    private readonly takeUp: TakeUp,
    private readonly storing: Storing,
  ) {}

  /** Resolves once it is durable. @throws SagaNotFoundError, or SagaStateError when it is refused. */
  async perform(ref: SagaRef, signal: CommandSignal, audited: AuditedAct): Promise<void> {
    // A saga that is active here refuses it.
    await this.live.whileActive(ref, ({ run }) => act(run, signal, audited.entry));
    const stored = await this.reader.stored(ref);
    const { definition, environment, logger, state } = this.reader.viewOf(stored);
    const { deadline } = stored.row;
    const isMissed = deadline !== null && deadline <= environment.clock.now();
    const whole = isMissed ? { ...signal, missedDeadline: deadline } : signal;
    accept(ref, definition, state, whole);
    resultByHand(this.storing, ref, signal.command, logger);
    await this.takeUp.byRef(ref, definition, whole, audited);
  }
}
