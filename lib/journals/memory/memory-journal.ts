import {
  LeaseLostError,
  listQuery,
  refKey,
  wakeTimeOf,
  type AbandonedRequest,
  type AbandonedSagas,
  type ClaimRequest,
  type ForgetRequest,
  type ReleaseRequest,
  type Journal,
  type JournalBatch,
  type NewSaga,
  type SagaFilter,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
import { countAbandoned } from './abandoned.js';
import { Ended, type Life } from './ended.js';
import { isAskedFor, isMeant, isNext } from './matches.js';
import { asleep, AT_REST, bySuspicion, claim, ENDED, LIVE, type Stored } from './stored.js';
import { checkOptions, type MemoryJournalOptions } from './options.js';
import { Owners } from './owners.js';
import { pageOf } from './page.js';
import { shownSaga } from '../../core/ports/index.js';

/**
 * Keeps sagas in this process's memory: for tests, and for a first try. It stores the encoded form,
 * as the durable journals do, so that what works here works there.
 */
export class MemoryJournal implements Journal {
  readonly description = 'memory (nothing survives this process)';
  readonly isVolatile = true;
  readonly #sagas = new Map<string, Stored>();
  readonly #owners = new Owners();
  #ordinal = 0;
  readonly #ended: Ended;

  constructor(
    private readonly now: () => number = Date.now,
    maxEnded = 10_000,
  ) {
    this.#ended = new Ended(maxEnded);
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  create(saga: NewSaga): Promise<SagaRow | undefined> {
    const key = refKey(saga);
    const existing = this.#sagas.get(key);
    if (existing !== undefined) return Promise.resolve(existing.row);
    const { entries, application = '', birth = '', headers = {}, ...rest } = saga;
    const now = this.now();
    const identity = { application, birth, headers };
    const fresh = { epoch: 1, recoveries: 0, cancelReason: null, wakeAt: null };
    const row = { ...identity, ...rest, ...fresh };
    this.#ordinal += 1;
    this.#sagas.set(key, {
      row: { ...row, createdAt: now, updatedAt: now },
      entries: [...entries],
      ordinal: this.#ordinal,
    });
    return Promise.resolve(undefined);
  }

  append(batch: JournalBatch): Promise<string | undefined | void> {
    const key = refKey(batch.ref);
    const stored = this.#sagas.get(key);
    const { entries, status, sleep } = batch;
    if (stored === undefined || !isNext(stored, batch)) {
      const { name, id } = batch.ref;
      return Promise.reject(
        new LeaseLostError(`Saga ${shownSaga(name, id)} belongs to another owner now`),
      );
    }
    stored.entries.push(...entries);
    const recoveries = batch.progress ? 0 : stored.row.recoveries;
    const row = { ...stored.row, status, recoveries, updatedAt: this.now() };
    stored.row = sleep === undefined ? row : asleep(row, wakeTimeOf(sleep), this.now());
    if (ENDED.has(status)) this.#forgetOldest({ key, ordinal: stored.ordinal });
    return Promise.resolve(stored.row.cancelReason ?? undefined);
  }

  load(ref: SagaRef): Promise<StoredSaga | undefined> {
    const stored = this.#sagas.get(refKey(ref));
    if (stored === undefined) return Promise.resolve(undefined);
    const { row, entries } = stored;
    return Promise.resolve({ row, entries: [...entries], nextSeq: entries.length + 1 });
  }

  get(ref: SagaRef): Promise<SagaRow | undefined> {
    return Promise.resolve(this.#sagas.get(refKey(ref))?.row);
  }

  async list(filter: SagaFilter): Promise<SagaPage> {
    return pageOf([...this.#sagas.values()], listQuery(filter));
  }

  heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    this.#owners.heartbeat(owner, leaseMs, this.now());
    const asked = [...this.#sagas.values()].filter(
      ({ row, takenFrom }) =>
        takenFrom === owner ||
        (row.owner === owner && row.cancelReason !== null && !AT_REST.has(row.status)),
    );
    return Promise.resolve(asked.map(({ row }) => row));
  }

  claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { limit, recoveries } = request;
    const isSuspects = recoveries !== undefined && 'from' in recoveries;
    const all = this.#sagas.values();
    const claimed: SagaRow[] = [];
    for (const stored of isSuspects ? [...all].sort(bySuspicion) : all) {
      if (claimed.length >= limit) break;
      if (!this.#isClaimable(stored.row, request)) continue;
      claim(stored, request);
      claimed.push(stored.row);
    }
    return Promise.resolve(claimed);
  }

  abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    const rows = [...this.#sagas.values()].map(({ row }) => row);
    const gone = rows.filter((row) => LIVE.has(row.status) && this.#isFree(row));
    return Promise.resolve(countAbandoned(gone, request));
  }

  release({ ref, owner, epoch, graceful }: ReleaseRequest): Promise<void> {
    const stored = this.#sagas.get(refKey(ref));
    if (stored?.row.epoch === epoch && stored.row.owner === owner) {
      const recoveries = Math.max(stored.row.recoveries - (graceful ? 1 : 0), 0);
      stored.row = { ...stored.row, owner: null, recoveries };
    }
    return Promise.resolve();
  }

  leave(owner: string): Promise<void> {
    this.#owners.leave(owner);
    return Promise.resolve();
  }

  requestCancel(ref: SagaRef, reason: string): Promise<void> {
    const stored = this.#sagas.get(refKey(ref));
    if (stored !== undefined && LIVE.has(stored.row.status)) {
      const row = { ...stored.row, cancelReason: stored.row.cancelReason ?? reason };
      stored.row = row.wakeAt === null ? row : asleep(row, row.wakeAt, this.now());
    }
    return Promise.resolve();
  }

  forget(request: ForgetRequest): Promise<number> {
    let forgotten = 0;
    for (const [key, { row }] of this.#sagas) {
      if (!AT_REST.has(row.status) || !isMeant(row, request, this.now())) continue;
      if (!('ref' in request) && forgotten >= request.limit) break;
      this.#sagas.delete(key);
      forgotten += 1;
    }
    return Promise.resolve(forgotten);
  }

  /** Never another life of the same id, which may be running. */
  #forgetOldest(ended: Life): void {
    for (const { key, ordinal } of this.#ended.add(ended)) {
      if (this.#sagas.get(key)?.ordinal === ordinal) this.#sagas.delete(key);
    }
  }

  #isClaimable(row: SagaRow, request: ClaimRequest): boolean {
    if (!isAskedFor(row, request)) return false;
    // A saga at rest is nobody's: whoever asks for it by its id may take it up again.
    if (AT_REST.has(row.status)) return request.id !== undefined;
    if (request.id === undefined && !LIVE.has(row.status)) return false;
    return request.force === true || this.#isFree(row);
  }

  /** Nobody works on it, and it does not sleep. */
  #isFree({ owner, wakeAt }: SagaRow): boolean {
    const now = this.now();
    return owner === null ? (wakeAt ?? now) <= now : !this.#owners.lives(owner, now);
  }
}

/**
 * A journal in memory. Two calls share nothing.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function memoryJournal(options: MemoryJournalOptions = {}): Journal {
  return new MemoryJournal(Date.now, checkOptions(options).maxEnded);
}
