import { setTimeout as pause } from 'node:timers/promises';
import {
  SagaNotFoundError,
  SagaStateError,
  type ManualReason,
  type SagaRef,
} from '../../core/index.js';
import { checkedText, type DefinitionRegistry } from '../../core/engine/index.js';
import type { Run } from '../../core/execution/index.js';
import { encodePayload } from '../../core/journal/index.js';
import {
  firstOpenLabel,
  refusalOfManual,
  refusalToCancel,
  resumeRecord,
  type ManualWish,
} from '../../core/machine/index.js';
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

function refuse({ name, id }: SagaRef, verb: string, why: string | undefined): void {
  if (why !== undefined) throw new SagaStateError(`Cannot ${verb} ${name} ${id}: ${why}`);
}

/** What operators, and callers who resume, do to sagas: looked at first, then sent as wishes. */
export class Steering {
  constructor(
    private readonly server: RestateServer,
    private readonly store: Store,
    private readonly registry: DefinitionRegistry,
    private readonly runs: RunParts,
  ) {}

  /** @throws SagaNotFoundError */
  async see(ref: SagaRef): Promise<Seen> {
    const kept = await this.store.load(ref);
    if (kept === undefined) {
      this.registry.get(ref.name);
      throw new SagaNotFoundError(`No saga ${ref.name} ${ref.id} is known`);
    }
    const definition = this.registry.get(ref.name, kept.row.version);
    const run = viewRun(this.runs, definition, ref.id, kept.row.input, kept.entries);
    return { kept, run };
  }

  async cancel(ref: SagaRef, given: string): Promise<void> {
    const reason = checkedText('reason', given);
    const { kept, run } = await this.see(ref);
    if (run.state.cancel !== undefined && !run.state.atRest) return;
    refuse(ref, 'cancel', refusalToCancel(run.state));
    await this.server.wish(ref, kept.invocationId, { kind: 'cancel', by: 'operator', reason });
    if (run.state.atRest) await this.#takenUp(ref, kept);
  }

  /** Sends a parked saga forward; one that runs, or has completed, is left as it is. */
  async resume(ref: SagaRef, from?: string): Promise<Seen> {
    const { kept, run } = await this.see(ref);
    if (run.isSuccess) return { kept, run };
    if (run.state.status === 'running') return { kept, run };
    const { definition, state } = run;
    // Refused here, where its caller hears why.
    resumeRecord(definition, state, from ?? firstOpenLabel(definition, state));
    const wish: Wish = from === undefined ? { kind: 'resume' } : { kind: 'resume', from };
    await this.server.wish(ref, kept.invocationId, wish);
    await this.#takenUp(ref, kept);
    return { kept, run };
  }

  async manual(ref: SagaRef, wish: ManualWish, given: ManualReason): Promise<void> {
    const why = { by: checkedText('by', given.by), reason: checkedText('reason', given.reason) };
    const { kept, run } = await this.see(ref);
    refuse(ref, wish.act, refusalOfManual(run.state, wish));
    const asked = this.#encoded(run, wish);
    await this.server.wish(ref, kept.invocationId, { kind: 'manual', ...asked, ...why });
    await this.#takenUp(ref, kept);
  }

  async forget(ref: SagaRef): Promise<void> {
    const { kept } = await this.see(ref);
    const { status } = kept.row;
    if (status === 'running' || status === 'compensating') {
      refuse(ref, 'forget', `it is ${status}; only sagas at rest can be forgotten`);
    }
    if (status === 'parked' && !kept.killed) await this.server.kill(kept.invocationId);
    await this.server.purge(kept.invocationId);
  }

  /** An operator's value must be storable like a step's. @throws SagaSerializationError */
  #encoded(run: Run, wish: ManualWish): { readonly wish: ManualWish; readonly result?: string } {
    if (wish.act !== 'mark-done' || wish.result === undefined) return { wish };
    const { storing, logger } = this.runs;
    const fields = { saga: run.sagaName, sagaId: run.sagaId, payload: 'result' };
    const result = encodePayload(storing.codec, storing.limits, wish.result, logger, fields);
    return { wish: { act: wish.act, label: wish.label }, result };
  }

  /** Resolves when the saga's journal has gone on, so that whoever looks next sees it. */
  async #takenUp(ref: SagaRef, before: KeptSaga): Promise<void> {
    const until = Date.now() + TAKEN_UP_MS;
    for (let ms = 20; Date.now() < until; ms = Math.min(ms * 2, 250)) {
      const now = await this.store.load(ref);
      if (now === undefined || now.entries.length > before.entries.length) return;
      await pause(ms);
    }
  }
}
