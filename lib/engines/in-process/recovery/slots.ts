import type { SagaLogger, SagaRow } from '../../../core/index.js';
import { report, type Run, shownSaga } from '../../../core/engine/index.js';
import type { Lease } from '../ownership/index.js';
import { type ActiveRuns, listIds, shownRef } from '../runs/index.js';

/** At most so many sagas per slot are active, those that wait included. */
const MAX_IN_HAND = 100;

/** A step that takes longer than this may be waiting for another saga, in ms. */
const MAY_WAIT_MS = 1_000;

/**
 * After so many take-overs without progress a saga is recovered alone; where the limit is low, one
 * take-over earlier.
 */
function suspectsFrom(maxRecoveries: number): number {
  return Math.min(2, Math.max(1, maxRecoveries - 1));
}

/** A recovered saga that is active in this process. */
interface InHand {
  readonly run: Run;
  readonly since: number;
  readonly isSuspect: boolean;
}

/**
 * How many recovered sagas work at once. A slot is for work: a saga in a back-off holds none, and
 * neither does one that waits for the end of another saga. Which step waits for another saga cannot be
 * seen; but it takes long, and there are never more such steps than callers here who wait for a saga.
 * So as many of the steps that take long hold no slot, and what they wait for always finds one.
 *
 * A suspect was taken over several times without progress, and may be what ends its processes. It is
 * recovered alone: it begins when every other recovered saga here is proven, and nothing else is
 * claimed until it is proven itself. A saga is proven by a record of progress, or by a lease during
 * which this process survived it: its step merely takes long.
 */
export class Slots {
  readonly #inHand = new Set<InHand>();
  readonly #concurrency: number;
  #fullSince: number | undefined;
  /** When suspects were last looked for. */
  #suspected = 0;
  /** From so many take-overs on, a saga is a suspect. */
  readonly suspectsFrom: number;
  /** Called when there may be room for others: when a saga ends, and when a suspect is proven. */
  onRoom: () => void = () => undefined;

  constructor(
    private readonly lease: Lease,
    private readonly live: ActiveRuns,
    private readonly logger: SagaLogger,
    {
      concurrency,
      maxRecoveries,
    }: { readonly concurrency: number; readonly maxRecoveries: number },
  ) {
    this.#concurrency = concurrency;
    this.suspectsFrom = suspectsFrom(maxRecoveries);
  }

  /** How many more may be claimed now. */
  get room(): number {
    const most = MAX_IN_HAND * this.#concurrency - this.#inHand.size;
    return Math.max(Math.min(this.#concurrency - this.#atWork, most), 0);
  }

  /** Half of them at a time: a claim for every saga that ends would cost more than the saga. */
  get isHalfFree(): boolean {
    return !this.isReserved && this.room >= this.#concurrency / 2;
  }

  /** A suspect is at work, and nothing else is claimed. */
  get isReserved(): boolean {
    for (const one of this.#inHand) if (one.isSuspect && this.#isUnproven(one)) return true;
    return false;
  }

  /** Whether nothing would be interrupted with a suspect but what has only just begun. */
  get isQuiet(): boolean {
    return this.#unproven.length === 0;
  }

  /** Whether a suspect for which somebody here waits may begin: nothing is at work but one that waits. */
  get mayAwaitSuspect(): boolean {
    const unproven = this.#unproven;
    return unproven.length <= 1 && unproven.every(({ isSuspect }) => isSuspect);
  }

  /** How soon there may be room again although no saga ends, in ms. */
  get recheckMs(): number {
    return Math.min(MAY_WAIT_MS, this.lease.ms / 3);
  }

  /** Suspects must not wait until nothing else comes: others may come without end. */
  get suspectsAreDue(): boolean {
    return this.#now - this.#suspected >= 2 * this.lease.ms && this.room > 0;
  }

  noteSuspects(): void {
    this.#suspected = this.#now;
  }

  /** Drives a saga that was taken over; the row has the recovery count of its claim. */
  launch(run: Run, row: SagaRow, why: string): void {
    const { name: saga, id: sagaId, status, recoveries } = row;
    report(this.logger, 'info', `Saga ${shownRef(row)} ${why}`, {
      saga,
      sagaId,
      status,
      recoveries,
    });
    const { ended } = this.live.launch(run, row.input, row.deadline);
    const inHand = { run, since: this.#now, isSuspect: recoveries > this.suspectsFrom };
    this.#inHand.add(inHand);
    if (inHand.isSuspect) {
      const onRecord = (): void => {
        if (run.state.recoveries === 0) this.onRoom();
      };
      run.observers = [...(run.observers ?? []), { onRecord }];
    }
    const end = (): void => {
      this.#inHand.delete(inHand);
      this.onRoom();
    };
    ended.then(end, end);
  }

  /** Warns of slots that were not freed for a lease, and again after each lease. */
  noteRoom(hasRoom: boolean): void {
    if (hasRoom) {
      this.#fullSince = undefined;
      return;
    }
    this.#fullSince ??= this.#now;
    const full = this.#now - this.#fullSince;
    if (full < this.lease.ms) return;
    this.#fullSince = this.#now;
    const ids = [...this.#inHand].map(({ run }) => shownSaga(run.sagaName, run.sagaId));
    report(
      this.logger,
      'warn',
      `No recovery slot has become free for ${Math.round(full)} ms; what else was left behind waits. ` +
        `At work are ${listIds(ids)}: give their steps a timeout, or this process more slots ` +
        `(worker.concurrency, now ${this.#concurrency})`,
      { inHand: ids.length, concurrency: this.#concurrency },
    );
  }

  get #now(): number {
    return this.lease.clock.monotonic();
  }

  get #unproven(): readonly InHand[] {
    return [...this.#inHand].filter((one) => this.#isUnproven(one));
  }

  #isUnproven({ run, since }: InHand): boolean {
    if (run.isPaused || run.state.atRest || run.state.recoveries === 0) return false;
    return this.#now - since < this.lease.ms;
  }

  get #atWork(): number {
    const before = this.#now - this.recheckMs;
    let atWork = 0;
    let long = 0;
    for (const { run, since } of this.#inHand) {
      if (run.isPaused) continue;
      atWork += 1;
      if (since <= before) long += 1;
    }
    return atWork - Math.min(long, this.live.waiting);
  }
}
