import {
  insightOf,
  LeaseLostError,
  listQuery,
  type AbandonedRequest,
  type AbandonedSagas,
  type AuditEntry,
  type CancelRequest,
  type ClaimRequest,
  type DefinitionJson,
  type ForgetRequest,
  type ReleaseRequest,
  type Journal,
  type JournalBatch,
  type NewSaga,
  type OwnerInfo,
  type SagaFilter,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';
import { countAbandoned } from './abandoned.js';
import { Changes } from './changes.js';
import { Ended, type Life } from './ended.js';
import { isAskedFor, isMeant } from './matches.js';
import { MemoryReads } from './insight.js';
import { bySuspicion, KeptSaga } from './kept-saga.js';
import { MemoryOperators } from './operators.js';
import { Owners } from './owners.js';
import { pageOf } from './page.js';
import { Plans } from './plans.js';
import { SagasByRef } from './sagas-by-ref.js';
import { shownSaga } from '../../core/ports/index.js';

const ENDED: ReadonlySet<string> = new Set(['completed', 'compensated']);
const CREATED = Promise.resolve(undefined);
const APPENDED = Promise.resolve();

/**
 * Keeps sagas in this process's memory: for tests, and for a first try. It stores the encoded form,
 * as the durable journals do, so that what works here works there.
 */
export class MemoryJournal implements Journal {
  readonly description = 'memory (nothing survives this process)';
  readonly isVolatile = true;
  readonly #sagas = new SagasByRef();
  readonly #owners = new Owners();
  readonly #plans = new Plans();
  readonly #changes = new Changes();
  readonly insight = insightOf(
    new MemoryReads(() => this.now(), this.#sagas, this.#owners, this.#plans, this.#changes),
  );
  #ordinal = 0;
  readonly #ended: Ended;
  readonly operators: MemoryOperators;

  constructor(
    private readonly now: () => number = Date.now,
    maxEnded = 10_000,
  ) {
    this.#ended = new Ended(maxEnded);
    this.operators = new MemoryOperators(now, (owner) => this.#owners.lives(owner, now()));
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  create(saga: NewSaga): Promise<SagaRow | undefined> {
    const existing = this.#sagas.get(saga);
    if (existing !== undefined) return Promise.resolve(existing.row);
    this.#ordinal += 1;
    const kept = new KeptSaga(saga, this.now(), this.#ordinal);
    this.#changes.note(kept);
    this.#sagas.add(kept);
    return CREATED;
  }

  append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const kept = this.#sagas.get(batch.ref);
    if (kept === undefined || !kept.isNext(batch)) {
      const { name, id } = batch.ref;
      return Promise.reject(
        new LeaseLostError(`Saga ${shownSaga(name, id)} belongs to another owner now`),
      );
    }
    kept.append(batch, this.now());
    this.#changes.note(kept);
    if (ENDED.has(batch.status)) {
      const { application, name, id, ordinal } = kept;
      this.#forgetOldest({ application, name, id, ordinal });
    }
    if (batch.audit !== undefined) this.operators.write(batch.audit, 'done');
    return kept.cancelReason === null ? APPENDED : Promise.resolve(kept.cancel);
  }

  load(ref: SagaRef): Promise<StoredSaga | undefined> {
    const kept = this.#sagas.get(ref);
    if (kept === undefined) return Promise.resolve(undefined);
    const { row, entries } = kept;
    return Promise.resolve({ row, entries: [...entries], nextSeq: entries.length + 1 });
  }

  get(ref: SagaRef): Promise<SagaRow | undefined> {
    return Promise.resolve(this.#sagas.get(ref)?.row);
  }

  async list(filter: SagaFilter): Promise<SagaPage> {
    return pageOf(this.#sagas.all, listQuery(filter));
  }

  async savePlans(application: string, plans: readonly DefinitionJson[]): Promise<void> {
    this.#plans.save(application, plans, this.now());
  }

  heartbeat(owner: string, leaseMs: number, info?: OwnerInfo): Promise<readonly SagaRow[]> {
    this.#owners.heartbeat(owner, leaseMs, this.now(), info);
    const asked: SagaRow[] = [];
    for (const kept of this.#sagas.all) {
      const isAsked = kept.owner === owner && kept.cancelReason !== null && !kept.isAtRest;
      if (isAsked || kept.takenFrom === owner) asked.push(kept.row);
    }
    return Promise.resolve(asked);
  }

  claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const { limit, recoveries } = request;
    const isSuspects = recoveries !== undefined && 'from' in recoveries;
    const all = this.#sagas.all;
    const claimed: SagaRow[] = [];
    for (const kept of isSuspects ? [...all].sort(bySuspicion) : all) {
      if (claimed.length >= limit) break;
      if (!this.#isClaimable(kept, request)) continue;
      kept.claim(request);
      claimed.push(kept.row);
    }
    return Promise.resolve(claimed);
  }

  abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    const gone = this.#sagas.all.filter((kept) => kept.isLive && this.#isFree(kept));
    return Promise.resolve(countAbandoned(gone, request));
  }

  release({ ref, owner, epoch, graceful }: ReleaseRequest): Promise<void> {
    const kept = this.#sagas.get(ref);
    if (kept?.epoch === epoch && kept.owner === owner) kept.release(graceful);
    return Promise.resolve();
  }

  leave(owner: string): Promise<void> {
    this.#owners.leave(owner);
    return Promise.resolve();
  }

  requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    const kept = this.#sagas.get(ref);
    if (kept?.isLive !== true) return Promise.resolve();
    kept.requestCancel(reason, audit?.by ?? null, this.now());
    if (audit !== undefined) this.operators.write([audit], 'requested');
    return Promise.resolve();
  }

  forget(request: ForgetRequest): Promise<number> {
    let forgotten = 0;
    for (const kept of this.#sagas.all) {
      if (!kept.isAtRest || !isMeant(kept, request, this.now())) continue;
      if (!('ref' in request) && forgotten >= request.limit) break;
      this.#sagas.delete(kept);
      forgotten += 1;
    }
    if (forgotten > 0 && 'ref' in request && request.audit !== undefined) {
      this.operators.write([request.audit], 'done');
    }
    return Promise.resolve(forgotten);
  }

  /** Never another life of the same id, which may be running. */
  #forgetOldest(ended: Life): void {
    for (const life of this.#ended.add(ended)) {
      if (this.#sagas.get(life)?.ordinal === life.ordinal) this.#sagas.delete(life);
    }
  }

  #isClaimable(kept: KeptSaga, request: ClaimRequest): boolean {
    if (!isAskedFor(kept, request)) return false;
    // Nobody owns a saga at rest: whoever asks for it by its id may claim it.
    if (kept.isAtRest) return request.id !== undefined;
    if (request.id === undefined && !kept.isLive) return false;
    return request.force === true || this.#isFree(kept);
  }

  /** Nobody owns it, and it does not sleep. */
  #isFree({ owner, wakeAt }: KeptSaga): boolean {
    const now = this.now();
    return owner === null ? (wakeAt ?? now) <= now : !this.#owners.lives(owner, now);
  }
}
