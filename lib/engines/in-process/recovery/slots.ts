import { report, type Run } from '../../../core/engine/index.js';
import { shownRef, type EngineParts } from '../engine-parts.js';
import { listIds } from '../runs/list-ids.js';

/** So many times as many sagas as there are slots are in hand at most, those that wait included. */
const MAX_IN_HAND = 100;

/** A step that takes longer than this may be waiting for another saga, in ms. */
const MAY_WAIT_MS = 1_000;

/** A recovered saga in the hands of this process. */
interface InHand {
  readonly run: Run;
  readonly since: number;
  readonly isSuspect: boolean;
}

/**
 * How many recovered sagas work at once. A slot is for work: a saga in a back-off holds none, and
 * neither does one that waits for the end of another saga. Which step does that nobody can see; but it
 * is one that takes long, and there are never more of them than callers here who wait for a saga. So
 * many of those that take long hold no slot: what they wait for always finds one.
 *
 * A suspect is one that was taken over several times without progress, and may be what takes its
 * processes down. It is carried on alone: begun when no other recovered saga is unproven here, and
 * until it is proven nothing else is taken up. One is proven by a record of progress, or by a lease
 * in which this process has lived with it: its step merely takes long.
 */
export class Slots {
  readonly #inHand = new Set<InHand>();
  #fullSince: number | undefined;

  constructor(
    private readonly parts: EngineParts,
    private readonly concurrency: number,
  ) {}

  /** How many more may be taken up now. */
  get room(): number {
    const most = MAX_IN_HAND * this.concurrency - this.#inHand.size;
    return Math.max(Math.min(this.concurrency - this.#atWork, most), 0);
  }

  /** A suspect is at work, and nothing else is taken up. */
  get isReserved(): boolean {
    for (const one of this.#inHand) if (one.isSuspect && this.#isUnproven(one)) return true;
    return false;
  }

  /** Nothing here would die with a suspect but what has only just begun. */
  get isQuiet(): boolean {
    return this.#unproven.length === 0;
  }

  /** Whether a suspect for which somebody here waits may begin: nothing is at work but one that waits. */
  get mayAwaitSuspect(): boolean {
    const unproven = this.#unproven;
    return unproven.length <= 1 && unproven.every(({ isSuspect }) => isSuspect);
  }

  /** How soon there may be room again without the end of any, in ms. */
  get recheckMs(): number {
    return Math.min(MAY_WAIT_MS, this.parts.journaling.lease.ms / 3);
  }

  /** `onRoom` is called when there may be room for others: at its end, and when a suspect is proven. */
  take(run: Run, ended: Promise<unknown>, isSuspect: boolean, onRoom: () => void): void {
    const inHand = { run, since: this.#now, isSuspect };
    this.#inHand.add(inHand);
    if (isSuspect) {
      const onRecord = (): void => {
        if (run.state.recoveries === 0) onRoom();
      };
      run.observers = [...(run.observers ?? []), { onRecord }];
    }
    const end = (): void => {
      this.#inHand.delete(inHand);
      onRoom();
    };
    ended.then(end, end);
  }

  /** Slots that nobody has given back for a lease are a warning, and again after each lease. */
  noteRoom(hasRoom: boolean): void {
    if (hasRoom) {
      this.#fullSince = undefined;
      return;
    }
    this.#fullSince ??= this.#now;
    const full = this.#now - this.#fullSince;
    if (full < this.parts.journaling.lease.ms) return;
    this.#fullSince = this.#now;
    const ids = [...this.#inHand].map(({ run }) =>
      shownRef({ name: run.sagaName, id: run.sagaId }),
    );
    report(
      this.parts.logger,
      'warn',
      `No recovery slot has become free for ${Math.round(full)} ms; what else was left behind waits. ` +
        `At work are ${listIds(ids)}: give their steps a timeout, or this process more slots ` +
        `(worker.concurrency, now ${this.concurrency})`,
      { inHand: ids.length, concurrency: this.concurrency },
    );
  }

  get #now(): number {
    return this.parts.environment.clock.monotonic();
  }

  get #unproven(): readonly InHand[] {
    return [...this.#inHand].filter((one) => this.#isUnproven(one));
  }

  #isUnproven({ run, since }: InHand): boolean {
    if (run.isPaused || run.state.atRest || run.state.recoveries === 0) return false;
    return this.#now - since < this.parts.journaling.lease.ms;
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
    return atWork - Math.min(long, this.parts.live.waiting);
  }
}
