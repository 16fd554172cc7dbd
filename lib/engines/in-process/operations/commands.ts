import type { SagaRef } from '../../../core/index.js';
import {
  accept,
  type CommandSignal,
  deliver,
  resultByHand,
  type Storing,
} from '../../../core/engine/index.js';
import type { ActiveRuns, SagaReader } from '../runs/index.js';
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
  async perform(ref: SagaRef, signal: CommandSignal): Promise<void> {
    // A saga that is active here refuses it.
    await this.live.whileActive(ref, ({ run }) => deliver(run, signal));
    const stored = await this.reader.stored(ref);
    const { definition, environment, logger, state } = this.reader.viewOf(stored);
    const { deadline } = stored.row;
    const isMissed = deadline !== null && deadline <= environment.clock.now();
    const whole = isMissed ? { ...signal, missedDeadline: deadline } : signal;
    accept(ref, definition, state, whole);
    resultByHand(this.storing, ref, signal.command, logger);
    await this.takeUp.byRef(ref, definition, whole);
  }
}
