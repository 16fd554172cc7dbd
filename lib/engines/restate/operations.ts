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
  refuseToForget,
  refuseUnknown,
  resultByHand,
  type ResumeSignal,
  type Run,
} from '../../core/engine/index.js';
import { viewRun, type RunParts } from './restate-run.js';
import type { RestateServer } from './server.js';
import type { KeptSaga, Store } from './store.js';
import type { Wish } from './wire.js';

/** How long an operator waits for the saga to take his wish up, in ms. */
const TAKEN_UP_MS = 10_000;

interface Seen {
  readonly kept: KeptSaga;
  readonly run: Run;
}

/** What operators, and callers who resume, do to sagas: looked at first, then sent as wishes. */
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
    const definition = this.registry.get(ref.name, kept.row.version);
    const run = viewRun(this.runs, definition, ref.id, kept.row, kept.entries);
    return { kept, run };
  }

  async cancel(ref: SagaRef, given: string): Promise<void> {
    const reason = checkedText('reason', given, this.runs.storing.redact);
    const { kept, run } = await this.see(ref);
    const signal = { type: 'cancel', by: 'operator', reason } as const;
    if (accept(ref, run.definition, run.state, signal).length === 0) return;
    await this.server.wish(ref, kept.invocationId, { kind: 'cancel', by: 'operator', reason });
    if (!run.state.atRest) return;
    await this.#takenUp(ref, kept, ({ run: { definition, state }, added }) => {
      if (added.some(({ type }) => type === 'cancel-requested')) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
  }

  /** Sends a parked saga forward; one that runs, or has completed, is left as it is. */
  async resume(ref: SagaRef, from?: string): Promise<Seen> {
    const { kept, run } = await this.see(ref);
    const signal: ResumeSignal = { type: 'resume', ...(from !== undefined && { from }) };
    checkFrom(ref, run.definition, signal);
    if (run.isSuccess) return { kept, run };
    if (run.state.status === 'running') return { kept, run };
    const { definition, state } = run;
    // Refused here, where its caller hears why.
    accept(ref, definition, state, signal);
    const wish: Wish = from === undefined ? { kind: 'resume' } : { kind: 'resume', from };
    await this.server.wish(ref, kept.invocationId, wish);
    await this.#takenUp(ref, kept, ({ run: { isSuccess, state }, added }) => {
      if (isSuccess || added.some(({ type }) => type === 'resumed')) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
    return { kept, run };
  }

  async manual(ref: SagaRef, wish: OperatorCommand, given: OperatorReason): Promise<void> {
    const why = checkedReason(given, this.runs.storing.redact);
    const { kept, run } = await this.see(ref);
    const signal = { type: 'command', command: wish, ...why } as const;
    accept(ref, run.definition, run.state, signal);
    const asked = this.#encoded(ref, wish);
    await this.server.wish(ref, kept.invocationId, { kind: 'manual', ...asked, ...why });
    const isMine = (record: SagaRecord): boolean =>
      record.type === 'manual' &&
      record.act === wish.act &&
      record.by === why.by &&
      labelOf(record) === labelOf(wish);
    await this.#takenUp(ref, kept, ({ run: { definition, state }, added }) => {
      if (added.some(isMine)) return true;
      if (state.atRest) accept(ref, definition, state, signal);
      return false;
    });
  }

  async forget(ref: SagaRef): Promise<void> {
    const { kept } = await this.see(ref);
    const { status } = kept.row;
    if (status === 'running' || status === 'compensating') refuseToForget(ref, status);
    if (status === 'parked' && !kept.killed) await this.server.kill(kept.invocationId);
    await this.server.purge(kept.invocationId);
  }

  #encoded(
    ref: SagaRef,
    wish: OperatorCommand,
  ): { readonly wish: OperatorCommand; readonly result?: string } {
    const { storing, logger } = this.runs;
    const result = resultByHand(storing, ref, wish, logger);
    if (wish.act !== 'mark-done' || result === undefined) return { wish };
    return { wish: { act: wish.act, label: wish.label }, result };
  }

  /**
   * Resolves when the saga's journal tells of the wish, so that whoever looks next sees it. A saga
   * that nobody serves hears of it later: it is durable.
   *
   * @throws what `isHeard` throws: another wish came first, and this one does not fit any more.
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
