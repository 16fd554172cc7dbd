import type { Run } from '../execution/index.js';
import { report } from '../ports/index.js';
import { shownRef, type EngineParts } from './engine-parts.js';
import { someOf } from './some-of.js';

/** So many times as many sagas as there are slots are in hand at most, those that wait included. */
const MAX_IN_HAND = 100;

/** A step that takes longer than this may be waiting for another saga, in ms. */
const MAY_WAIT_MS = 1_000;

/** A recovered saga in the hands of this process. */
interface InHand {
  readonly run: Run;
  readonly since: number;
}

/**
 * How many recovered sagas work at once. A slot is for work: a saga in a back-off holds none, and
 * neither does one that waits for the end of another saga. Which step does that nobody can see; but it
 * is one that takes long, and there are never more of them than callers here who wait for a saga. So
 * many of those that take long hold no slot: what they wait for always finds one.
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

  /** How soon there may be room again without the end of any, in ms. */
  get recheckMs(): number {
    return Math.min(MAY_WAIT_MS, this.parts.journaling.lease.ms / 3);
  }

  take(run: Run, ended: Promise<unknown>, onEnd: () => void): void {
    const inHand = { run, since: this.#now };
    this.#inHand.add(inHand);
    const end = (): void => {
      this.#inHand.delete(inHand);
      onEnd();
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
        `At work are ${someOf(ids)}: give their steps a timeout, or this process more slots ` +
        `(worker.concurrency, now ${this.concurrency})`,
      { inHand: ids.length, concurrency: this.concurrency },
    );
  }

  get #now(): number {
    return this.parts.environment.clock.monotonic();
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
