import { receive, type SagaRef, type SagaRow } from '../../../core/index.js';
import {
  accept,
  type CancelSignal,
  refused,
  type Run,
  takeOverOf,
} from '../../../core/engine/index.js';
import type { Claims, JournalAccess, Lease } from '../ownership/index.js';
import type { RecordWriter, SagaReader } from '../runs/index.js';
import type { AuditedAct } from './audit.js';
import type { TakeUp } from './take-up.js';

/** The first pause and the longest one between two looks at the saga, in ms. */
const PAUSES = { first: 20, longest: 250 } as const;

function refuseLate(ref: SagaRef, { definition, state }: Run, signal: CancelSignal): void {
  const received = receive(definition, state, signal);
  if ('refusal' in received)
    throw refused(ref, signal, `the cancel came too late, ${received.refusal}`);
}

/** Cancels a saga whose owner is gone. */
export class CancelForOwner {
  constructor(
    private readonly claims: Claims,
    private readonly reader: SagaReader,
    private readonly takeUp: TakeUp,
    private readonly writer: RecordWriter,
  ) {}

  /**
   * Makes the cancel a record in the owner's place: should he wake up, he finds another epoch and
   * cannot write any more. Where this process knows the plan that began the saga, it goes on here; else
   * it is released to those who know it.
   *
   * @returns `false`: the owner is alive.
   */
  async record(ref: SagaRef, seen: Run, signal: CancelSignal): Promise<boolean> {
    const row = await this.claims.claimOne(ref);
    if (row === undefined) return false;
    if (row.status === 'running' && row.fingerprint === seen.definition.fingerprint) {
      await this.takeUp.claimed(row, seen.definition, signal);
      return true;
    }
    try {
      if (row.status === 'running') await this.#write(row, seen, signal);
      return row.status === 'running';
    } finally {
      this.claims.releaseUnstarted(row);
      await this.claims.sendReleases();
    }
  }

  async #write(row: SagaRow, { definition: plan }: Run, signal: CancelSignal): Promise<void> {
    const stored = await this.reader.claimed(row);
    const run = this.reader.viewOf(stored, plan);
    refuseLate(row, run, signal);
    const { reason: cancel, actor: cancelBy = null } = signal;
    const takenOver = takeOverOf(run, { owner: this.claims.owner, cancel, cancelBy });
    const records = accept(row, plan, run.state, takenOver);
    await this.writer.add(row, stored.nextSeq, row.status, records);
  }
}

/** Cancels sagas that other processes own. */
export class CancelElsewhere {
  constructor(
    private readonly access: JournalAccess,
    private readonly lease: Lease,
    private readonly reader: SagaReader,
    private readonly forOwner: CancelForOwner,
  ) {}

  /**
   * Requests the cancel in the saga's row, and waits until it is a record: its owner writes it after
   * his next write or heartbeat; when he is gone, this process does. When nobody has answered for a
   * lease, the request stays in the row, and whoever claims the saga makes it a record first of all.
   *
   * @returns `again` when the saga was parked on its way forward meanwhile: nobody owns it, and it can
   *   be claimed.
   * @throws SagaStateError when the cancel came too late.
   */
  async ask(
    ref: SagaRef,
    signal: CancelSignal,
    audited?: AuditedAct,
  ): Promise<'accepted' | 'again'> {
    const { clock, ms } = this.lease;
    await this.access.journal.requestCancel(ref, signal.reason, audited?.entry);
    const end = clock.monotonic() + ms;
    for (let pause: number = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.longest)) {
      const seen = await this.reader.viewByAnyPlan(ref);
      const { state } = seen;
      if (state.cancel !== undefined) return 'accepted';
      refuseLate(ref, seen, signal);
      if (state.atRest) return 'again';
      if (await this.forOwner.record(ref, seen, signal)) return 'accepted';
      if (clock.monotonic() >= end) return 'accepted';
      await new Promise<void>((resolve) => clock.schedule(pause, resolve));
    }
  }
}
