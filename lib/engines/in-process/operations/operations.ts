import {
  type OperatorReason,
  type SagaDefinition,
  type SagaHandle,
  type SagaRef,
  type SagaSignal,
  SagaStateError,
} from '../../../core/index.js';
import {
  accept,
  checkedReason,
  checkedText,
  checkFrom,
  type CommandSignal,
  deliver,
  type OperatorCommand,
  refuseToForget,
  resultByHand,
  type ResumeSignal,
  shownWhole,
} from '../../../core/engine/index.js';
import type { ActiveRun } from '../runs/active-run.js';
import {
  shownRef,
  storedRow,
  storedSaga,
  viewByAnyPlan,
  viewOf,
  type EngineParts,
} from '../engine-parts.js';
import { takeUp } from './take-up.js';
import { terminate } from './unreadable.js';
import { wishElsewhere } from './cancel-elsewhere.js';

/** What operators, and callers who resume, do to sagas, by refs that were checked. */
export class Operations {
  constructor(private readonly parts: EngineParts) {}

  async cancel(ref: SagaRef, given: string): Promise<void> {
    const reason = checkedText('reason', given, this.parts.journaling.redact);
    const signal = { type: 'cancel', by: 'operator', reason } as const;
    const atWork = this.#atWork(ref, async ({ run }) => {
      deliver(run, signal);
      await run.persistence?.flush();
      return true;
    });
    if (await atWork) return;
    const seen = await viewByAnyPlan(this.parts, ref);
    accept(ref, seen.definition, seen.state, signal);
    if (seen.state.atRest) {
      // Only who knows its undos can send it back.
      this.parts.registry.get(ref.name);
      await this.#takeUp(ref, seen.definition, signal);
    } else if ((await wishElsewhere(this.parts, ref, reason)) === 'again') {
      await this.cancel(ref, reason);
    }
  }

  async resume(ref: SagaRef, from?: string, definition?: SagaDefinition): Promise<SagaHandle> {
    const signal: ResumeSignal = { type: 'resume', ...(from !== undefined && { from }) };
    const atWork = await this.#atWork(ref, ({ handle, run }) => {
      checkFrom(ref, run.definition, signal);
      // Refused, as it would be once it has come back.
      if (run.state.cause !== undefined) accept(ref, run.definition, run.state, signal);
      return handle;
    });
    if (atWork !== undefined) return atWork;
    const seen = await viewOf(this.parts, ref, definition);
    checkFrom(ref, seen.definition, signal);
    if (seen.isSuccess) return { id: ref.id, saga: seen, result: () => Promise.resolve(seen) };
    accept(ref, seen.definition, seen.state, signal);
    return this.#takeUp(ref, seen.definition, signal);
  }

  async manual(ref: SagaRef, command: OperatorCommand, given: OperatorReason): Promise<void> {
    const why = checkedReason(given, this.parts.journaling.redact);
    const signal: CommandSignal = { type: 'command', command, ...why };
    const atWork = this.#atWork(ref, async ({ run }) => {
      deliver(run, signal);
      await run.persistence?.flush();
      // Whether it waits, or works and does not look at its signal: what it would say is not noted.
      run.stop(
        new SagaStateError(`Saga ${shownRef(ref)} was terminated: ${shownWhole(why.reason)}`),
        'now',
      );
      return true;
    });
    if (await atWork) return;
    // Without its records, which may be what is wrong with it.
    if (command.act === 'terminate') return terminate(this.parts, ref, signal);
    const { registry, runs } = this.parts;
    const stored = await storedSaga(this.parts, ref);
    const { deadline, version } = stored.row;
    const { definition, state } = runs.view(registry.get(ref.name, version), stored);
    const isMissed = deadline !== null && deadline <= this.parts.environment.clock.now();
    const whole = isMissed ? { ...signal, missedDeadline: deadline } : signal;
    accept(ref, definition, state, whole);
    resultByHand(this.parts.journaling, ref, command, this.parts.logger);
    await this.#takeUp(ref, definition, whole);
  }

  async forget(ref: SagaRef): Promise<void> {
    const { status } = await storedRow(this.parts, ref);
    const gone = await this.parts.journaling.journal.forget({ ref });
    if (gone > 0) return;
    refuseToForget(ref, status);
  }

  /**
   * Acts on the saga when this process works on it, in the very turn in which it looks. One that has
   * just come to rest is let go first: its last records may be on their way still, and nobody drives
   * what would be noted after them. So is one that may turn out not to be the saga of that id.
   */
  async #atWork<T>(ref: SagaRef, act: (live: ActiveRun) => T | Promise<T>): Promise<T | undefined> {
    for (;;) {
      const live = this.parts.live.get(ref);
      if (live === undefined) return undefined;
      if (!live.isCreated) await live.durable.catch(() => undefined);
      else if (live.run.state.atRest) await live.ended.catch(() => undefined);
      else return act(live);
    }
  }

  /** Becomes the owner of a saga that nobody works on, hands it the signal, and carries it on. */
  async #takeUp(ref: SagaRef, plan: SagaDefinition, signal: SagaSignal): Promise<SagaHandle> {
    const [row] = await this.parts.claims.claim({ names: [ref.name], limit: 1, id: ref.id });
    if (row === undefined)
      throw new SagaStateError(`Another process works on saga ${shownRef(ref)}`);
    return takeUp(this.parts, row, plan, signal);
  }
}
