import {
  wakeTimeOf,
  type CancelRequest,
  type ClaimRequest,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
  type SagaRow,
  type SagaStatus,
} from '../../core/index.js';

const LIVE: ReadonlySet<string> = new Set(['running', 'compensating']);
const AT_REST: ReadonlySet<string> = new Set(['completed', 'compensated', 'parked']);

/**
 * One saga in memory. What changes of it stands in fields, and its row is made for whoever asks: an append
 * costs no row, and nobody gets hold of what is kept.
 */
export class KeptSaga {
  status: SagaStatus;
  owner: string | null;
  epoch = 1;
  recoveries = 0;
  cancelReason: string | null = null;
  cancelBy: string | null = null;
  wakeAt: number | null = null;
  parked: JournalBatch['parked'] = undefined;
  /** Its owner before it was claimed by force. */
  takenFrom: string | undefined = undefined;
  entries: readonly JournalEntry[];
  updatedAt: number;
  /** The number of its last change among those of all sagas. */
  change = 0;

  constructor(
    private readonly saga: NewSaga,
    private readonly createdAt: number,
    /** Order of creation, for the cursor. */
    readonly ordinal: number,
  ) {
    this.status = saga.status;
    this.owner = saga.owner;
    this.entries = saga.entries.slice();
    this.updatedAt = createdAt;
  }

  get application(): string {
    return this.saga.application ?? '';
  }

  get name(): string {
    return this.saga.name;
  }

  get id(): string {
    return this.saga.id;
  }

  get isLive(): boolean {
    return LIVE.has(this.status);
  }

  get isAtRest(): boolean {
    return AT_REST.has(this.status);
  }

  get row(): SagaRow {
    const { application, name, id } = this;
    const { birth = '', version, fingerprint, key } = this.saga;
    const { tags, headers = {}, deadline, input } = this.saga;
    const { status, owner, epoch, recoveries, cancelReason, cancelBy, wakeAt } = this;
    const { createdAt, updatedAt } = this;
    const { reason: parkReason = null, label = null } = this.parked ?? {};
    return {
      ...{ application, name, id, birth, version, fingerprint, status, key, tags, headers },
      ...{ deadline, input, owner, epoch, recoveries, cancelReason, cancelBy, parkReason, label },
      ...{ wakeAt, createdAt, updatedAt },
    };
  }

  /** Whether an append comes from the saga's owner, and continues its last record. */
  isNext({ owner, epoch, entries }: JournalBatch): boolean {
    if (this.owner !== owner || this.epoch !== epoch) return false;
    let next = this.entries.length + 1;
    for (const { seq } of entries) if (seq !== next++) return false;
    return true;
  }

  append({ entries, status, progress, parked, sleep }: JournalBatch, now: number): void {
    // Built at its final length: an array that grew keeps room for sixteen more, in every saga that is
    // kept.
    this.entries = this.entries.concat(entries);
    this.status = status;
    this.parked = parked;
    if (progress) this.recoveries = 0;
    this.updatedAt = now;
    if (sleep === undefined) return;
    this.owner = null;
    this.#sleepUntil(wakeTimeOf(sleep), now);
  }

  /**
   * Makes the claimer its owner. Where it was at rest, a cancel that was requested before is dropped.
   */
  claim({ owner, force }: ClaimRequest): void {
    const isTaken = force === true && !this.isAtRest && this.owner !== owner;
    this.takenFrom = isTaken ? (this.owner ?? undefined) : undefined;
    this.owner = owner;
    this.epoch += 1;
    // Nobody has died while it slept, so it does not count as a recovery.
    if (this.wakeAt === null) this.recoveries += 1;
    this.wakeAt = null;
    if (!this.isAtRest) return;
    this.cancelReason = null;
    this.cancelBy = null;
  }

  release(graceful: boolean): void {
    this.owner = null;
    if (graceful) this.recoveries = Math.max(this.recoveries - 1, 0);
  }

  /** The request to cancel it that was left for its owner. */
  get cancel(): CancelRequest | undefined {
    const { cancelReason: reason, cancelBy: by } = this;
    if (reason === null) return undefined;
    return by === null ? { reason } : { reason, by };
  }

  requestCancel(reason: string, by: string | null, now: number): void {
    if (this.cancelReason === null) {
      this.cancelReason = reason;
      this.cancelBy = by;
    }
    if (this.wakeAt !== null) this.#sleepUntil(this.wakeAt, now);
  }

  /** Where a cancel was requested, it is due at once. */
  #sleepUntil(until: number, now: number): void {
    this.wakeAt = this.cancelReason === null ? until : Math.min(until, now);
  }
}

/** The order in which suspects are claimed. */
export function bySuspicion(a: KeptSaga, b: KeptSaga): number {
  const count = a.recoveries;
  if (count !== b.recoveries) return b.recoveries - count;
  return count % 2 === 0 ? a.ordinal - b.ordinal : b.ordinal - a.ordinal;
}
