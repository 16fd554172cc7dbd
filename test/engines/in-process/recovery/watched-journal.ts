import type {
  ClaimRequest,
  CancelRequest,
  JournalBatch,
  JournalEntry,
  NewSaga,
  ReleaseRequest,
  SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';

/** A memory journal that tells at once what became durable, and who owns what. */
export class WatchedJournal extends MemoryJournal {
  readonly #owners = new Map<string, { owner: string | null; epoch: number }>();
  readonly #aliveUntil = new Map<string, number>();
  /** Sagas that were claimed from processes that live. */
  readonly stolen: string[] = [];
  /** Taken for an operator who terminates it, from whoever had it. */
  readonly forced = new Set<string>();
  onRecords: (id: string, entries: readonly JournalEntry[]) => void = () => undefined;
  onClaim: (id: string) => void = () => undefined;
  onHandOver: (id: string) => void = () => undefined;

  constructor(private readonly clock: () => number) {
    super(clock);
  }

  /** From here on `load` answers the oracle, not an engine. */
  isJudged = false;

  lives(owner: string, leaseMs: number): void {
    this.#aliveUntil.set(owner, this.clock() + leaseMs);
  }

  override heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    this.lives(owner, leaseMs);
    return super.heartbeat(owner, leaseMs);
  }

  override leave(owner: string): Promise<void> {
    this.#aliveUntil.delete(owner);
    return super.leave(owner);
  }

  ownerOf(id: string): string | null | undefined {
    return this.#owners.get(id)?.owner;
  }

  epochOf(id: string): number {
    return this.#owners.get(id)?.epoch ?? 0;
  }

  override async create(saga: NewSaga): Promise<SagaRow | undefined> {
    const existing = await super.create(saga);
    if (existing === undefined) {
      this.#owners.set(saga.id, { owner: saga.owner, epoch: 1 });
      this.onRecords(saga.id, saga.entries);
    }
    return existing;
  }

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const told = await super.append(batch);
    this.onRecords(batch.ref.id, batch.entries);
    return told;
  }

  override async claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    const now = this.clock();
    const alive = new Map([...this.#aliveUntil].filter(([, until]) => until >= now));
    const rows = await super.claim(request);
    for (const { id, owner, epoch, status } of rows) {
      const isLive = status === 'running' || status === 'compensating';
      const stolen = isLive && alive.has(this.ownerOf(id) ?? '');
      if (request.force === true) this.forced.add(id);
      else if (stolen) this.stolen.push(`${id} was claimed from who lives`);
      this.#owners.set(id, { owner, epoch });
      this.onClaim(id);
    }
    return rows;
  }

  override async release(request: ReleaseRequest): Promise<void> {
    await super.release(request);
    const known = this.#owners.get(request.ref.id);
    if (known === undefined || known.owner !== request.owner) return;
    if (known.epoch !== request.epoch) return;
    known.owner = null;
    if (request.graceful) this.onHandOver(request.ref.id);
  }
}
