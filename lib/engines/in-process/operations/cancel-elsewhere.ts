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
import type { TakeUp } from './take-up.js';

/** The first pause and the longest one between two looks, in ms. */
const PAUSES = { first: 20, longest: 250 } as const;

function refuseLate(ref: SagaRef, { definition, state }: Run, signal: CancelSignal): void {
  const received = receive(definition, state, signal);
  if ('refusal' in received)
    throw refused(ref, signal, `the cancel came too late, ${received.refusal}`);
}

/** Cancels a saga in the place of an owner that is gone. */
export class CancelForOwner {
  constructor(
    private readonly claims: Claims,
    private readonly reader: SagaReader,
    private readonly takeUp: TakeUp,
    private readonly writer: RecordWriter,
  ) {}

  /**
   * Writes the wish down for him: one that wakes up finds another epoch and writes nothing past it. By the
   * plan that began it this process carries it on, too; else it is given back to who knows that plan.
   *
   * @returns `false`: the owner lives.
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
    const takenOver = takeOverOf(run, { owner: this.claims.owner, cancel: signal.reason });
    const records = accept(row, plan, run.state, takenOver);
    await this.writer.add(row, stored.nextSeq, row.status, records);
  }
}

/** Cancels sagas in other hands. */
export class CancelElsewhere {
  constructor(
    private readonly access: JournalAccess,
    private readonly lease: Lease,
    private readonly reader: SagaReader,
    private readonly forOwner: CancelForOwner,
  ) {}

  /**
   * Leaves a wish to cancel for a saga, and learns what becomes of it: a record by its owner, who meets it at
   * his next write or heartbeat; or, when he is gone, by this process. After a lease in which nobody has
   * answered the wish stands in the row: who claims the saga makes it a record first of all.
   *
   * @returns `again` when the saga came to rest on its way forward: it is nobody's, and can be taken up.
   * @throws SagaStateError when the wish came too late.
   */
  async ask(ref: SagaRef, signal: CancelSignal): Promise<'accepted' | 'again'> {
    const { clock, ms } = this.lease;
    await this.access.journal.requestCancel(ref, signal.reason);
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
