import { setTimeout as pause } from 'node:timers/promises';
import { type OperatorReason, type SagaRecord, type SagaRef } from '../../core/index.js';
import {
  accept,
  checkedReason,
  checkedText,
  checkFrom,
  decodeHead,
  type DefinitionRegistry,
  type OperatorCommand,
  planWithoutSteps,
  refuseToForget,
  refuseUnknown,
  resultByHand,
  type ResumeSignal,
  report,
  type Run,
  shownSaga,
  shownWhole,
} from '../../core/engine/index.js';
import { viewRun, type RunParts } from './restate-run.js';
import type { RestateServer } from './server.js';
import type { KeptSaga, Store } from './store.js';
import type { SentSignal } from './wire.js';

/** How long an operator waits until the saga has received the signal, in ms. */
const TAKEN_UP_MS = 10_000;

interface Seen {
  readonly kept: KeptSaga;
  readonly run: Run;
}

/** What operators, and callers who resume, do to sagas: checked first, then sent as signals. */
export class Operations {
  constructor(
    private readonly server: RestateServer,
    private readonly store: Store,
    private readonly registry: DefinitionRegistry,
    private readonly runs: RunParts,
  ) {}

  /** @throws SagaNotFoundError */
  async see(ref: SagaRef): Promise<Seen> {
    const kept = await this.store.load(ref);
    if (kept === undefined) refuseUnknown(this.registry, ref);
    const { version } = kept.row;
    // Its state can be told without its plan, and so can most of what may be done to it.
    const definition = this.registry.find(ref.name, version) ?? planWithoutSteps(kept.row);
    const run = viewRun(this.runs, definition, ref.id, kept.row, kept.entries);
    return { kept, run };
  }

  async cancel(ref: SagaRef, given: string | OperatorReason): Promise<void> {
    const why = this.#whyCancelled(given);
    const { kept, run } = await this.see(ref);
    const signal = { type: 'cancel', by: 'operator', ...why } as const;
    if (accept(ref, run.definition, run.state, signal).length === 0) return;
    await this.server.signal(ref, kept.invocationId, { kind: 'cancel', by: 'operator', ...why });
    if (!run.state.atRest) return;
    await this.#takenUp(ref, kept, ({ run: { definition, state }, added }) => {
      if (added.some(({ type }) => type === 'cancel-requested')) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
  }

  /** Sends a parked saga forward; one that runs, or has completed, is left as it is. */
  async resume(ref: SagaRef, from?: string, given?: OperatorReason): Promise<Seen> {
    const why = given === undefined ? {} : this.#why(given);
    this.registry.get(ref.name);
    const { kept, run } = await this.see(ref);
    const signal: ResumeSignal = { type: 'resume', ...(from !== undefined && { from }), ...why };
    checkFrom(ref, run.definition, signal);
    if (run.isSuccess) return { kept, run };
    if (run.state.status === 'running') return { kept, run };
    const { definition, state } = run;
    // Refused here, where the caller learns why.
    accept(ref, definition, state, signal);
    const sent: SentSignal = { kind: 'resume', ...(from !== undefined && { from }), ...why };
    await this.server.signal(ref, kept.invocationId, sent);
    await this.#takenUp(ref, kept, ({ run: { isSuccess, state }, added }) => {
      if (isSuccess || added.some(({ type }) => type === 'resumed')) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
    return { kept, run };
  }

  async manual(ref: SagaRef, command: OperatorCommand, given: OperatorReason): Promise<void> {
    const why = this.#why(given);
    if (command.act === 'mark-done') this.registry.get(ref.name);
    const { kept, run } = await this.see(ref);
    const signal = { type: 'command', command, ...why } as const;
    accept(ref, run.definition, run.state, signal);
    const asked = this.#encoded(ref, command);
    await this.server.signal(ref, kept.invocationId, { kind: 'command', ...asked, ...why });
    const isMine = (record: SagaRecord): boolean =>
      record.type === 'manual' &&
      record.act === command.act &&
      record.by === why.by &&
      labelOf(record) === labelOf(command);
    await this.#takenUp(ref, kept, ({ run: { definition, state }, added }) => {
      if (added.some(isMine)) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
  }

  /** Restate keeps nothing of what it has purged: who did it, and why, goes into the log. */
  async forget(ref: SagaRef, given?: OperatorReason): Promise<void> {
    const why = given && this.#why(given);
    const { kept } = await this.see(ref);
    const { status } = kept.row;
    if (status === 'running' || status === 'compensating') refuseToForget(ref, status);
    if (status === 'parked' && !kept.killed) await this.server.kill(kept.invocationId);
    await this.server.purge(kept.invocationId);
    if (why === undefined) return;
    const fields = { saga: ref.name, sagaId: ref.id };
    const who = { by: shownWhole(why.by), reason: shownWhole(why.reason) };
    const what = `Saga ${shownSaga(ref.name, ref.id)} was forgotten by an operator`;
    report(this.runs.logger, 'info', what, { ...fields, ...who });
  }

  #why(given: OperatorReason): { readonly by: string; readonly reason: string } {
    const { by, reason } = checkedReason(given, this.runs.storing.redact);
    return { by, reason };
  }

  #whyCancelled(given: string | OperatorReason): {
    readonly reason: string;
    readonly actor?: string;
  } {
    if (typeof given === 'string') {
      return { reason: checkedText('reason', given, this.runs.storing.redact) };
    }
    const { by: actor, reason } = this.#why(given);
    return { reason, actor };
  }

  #encoded(
    ref: SagaRef,
    command: OperatorCommand,
  ): { readonly command: OperatorCommand; readonly result?: string } {
    const { storing, logger } = this.runs;
    const result = resultByHand(storing, { name: ref.name, id: ref.id }, command, logger);
    if (command.act !== 'mark-done' || result === undefined) return { command };
    return { command: { act: command.act, label: command.label }, result };
  }

  /**
   * Resolves when the saga's journal shows the signal, so that whoever looks next sees it. A saga that
   * no process serves receives it later: it is durable.
   *
   * @throws what `isHeard` throws: another signal came first, so that this one is refused.
   */
  async #takenUp(
    ref: SagaRef,
    before: KeptSaga,
    isHeard: (now: { readonly run: Run; readonly added: readonly SagaRecord[] }) => boolean,
  ): Promise<void> {
    const until = performance.now() + TAKEN_UP_MS;
    for (let ms = 20; performance.now() < until; ms = Math.min(ms * 2, 250)) {
      const { kept, run } = await this.see(ref);
      const added = kept.entries.slice(before.entries.length).map(({ head }) => decodeHead(head));
      if (isHeard({ run, added })) return;
      await pause(ms);
    }
  }
}

function labelOf(act: OperatorCommand): string | undefined {
  return 'label' in act ? act.label : undefined;
}
