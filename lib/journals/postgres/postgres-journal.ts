import { insightOf, isSagaError, SagaJournalError } from '../../core/index.js';
import type { AbandonedRequest, AbandonedSagas, AuditEntry } from '../../core/index.js';
import type { CancelRequest, ClaimRequest, DefinitionJson } from '../../core/index.js';
import type { ReleaseRequest, Rewriter, Journal, JournalBatch } from '../../core/index.js';
import type { JournalInTransaction, NewSaga, OwnerInfo } from '../../core/index.js';
import type { ForgetRequest, SagaFilter, SagaPage } from '../../core/index.js';
import type { SagaRef, SagaRow, SagaTransaction, StoredSaga } from '../../core/index.js';
import {
  answerOf,
  GroupCommit,
  insightReads,
  journalFailure,
  settle,
  Users,
} from '../sql/index.js';
import type { Outcome } from '../sql/index.js';
import { retryWhileUnavailable } from './failures.js';
import { HeldUpCreates } from './held-up.js';
import { PostgresInTransaction, type Ask } from './in-transaction.js';
import { PostgresOperators } from './operators.js';
import { checkOptions, type PostgresJournalOptions, type Settings } from './options.js';
import { OF_WRITES, type Queued, type Write } from './queued-writes.js';
import { rewrite } from './rewrite.js';
import { PostgresStore } from './store.js';
import { tablesOf } from './tables.js';
import { emitWarning } from './warnings.js';
import { writeNumber } from './writer.js';

/** See `postgresJournal()`. */
export class PostgresJournal implements Journal {
  readonly description: string;
  readonly #settings: Settings;
  readonly #queue: GroupCommit<Write, Queued>;
  readonly operators: PostgresOperators;
  readonly #heldUp = new HeldUpCreates();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #send: Ask = (query) => this.#ask(({ act }) => act(query));
  readonly insight = insightOf(
    insightReads((ask, read) => this.#ask(({ insight }) => answerOf(insight, ask, read))),
  );
  #store: PostgresStore | undefined;
  readonly #users = new Users({ open: (warn) => this.#open(warn), close: () => this.#close() });

  constructor(private readonly options: PostgresJournalOptions) {
    this.#settings = checkOptions(options);
    this.description = this.#settings.description;
    this.operators = new PostgresOperators(tablesOf(this.#settings.schema), this.#send);
    this.#queue = new GroupCommit({
      description: this.description,
      commit: (writes) => this.#commit(writes),
      ...OF_WRITES,
    });
  }

  open(onWarning?: (message: string) => void): Promise<void> {
    return this.#users.open(onWarning);
  }

  close(): Promise<void> {
    return this.#users.close();
  }

  create(saga: NewSaga): Promise<SagaRow | undefined> {
    if (this.#heldUp.has(saga)) return this.#createApart(saga);
    return this.#queue.add({ kind: 'create', saga }) as Promise<SagaRow | undefined>;
  }

  rewrite(ref: SagaRef, rewriter: Rewriter): Promise<number | undefined> {
    return this.#ask(({ act }) => rewrite(tablesOf(this.#settings.schema), act, ref, rewriter));
  }

  within(tx: SagaTransaction): JournalInTransaction {
    return new PostgresInTransaction(tx, tablesOf(this.#settings.schema), {
      description: this.description,
      sharedMax: this.options.pool?.options?.max ?? undefined,
      ask: this.#send,
      settle: (batch) => settle(this, batch, () => this.#appendApart(batch)),
    });
  }

  append(batch: JournalBatch): Promise<CancelRequest | undefined> {
    if (batch.audit === undefined) {
      return this.#queue.add({ kind: 'append', batch }) as Promise<CancelRequest | undefined>;
    }
    const number = writeNumber();
    return this.#ask((store) => store.appendAct(batch, number));
  }

  load(ref: SagaRef): Promise<StoredSaga | undefined> {
    return this.#ask(({ reader }) => reader.load(ref));
  }

  get(ref: SagaRef): Promise<SagaRow | undefined> {
    return this.#ask(({ reader }) => reader.get(ref));
  }

  list(filter: SagaFilter): Promise<SagaPage> {
    return this.#ask(({ reader }) => reader.list(filter));
  }

  /** Tried no longer than a third of the lease: by then the next heartbeat is due. */
  heartbeat(owner: string, leaseMs: number, info?: OwnerInfo): Promise<readonly SagaRow[]> {
    const patience = Math.min(this.#settings.reconnectMs, leaseMs / 3);
    return this.#ask(({ claims }) => claims.heartbeat(owner, leaseMs, info), patience);
  }

  savePlans(application: string, plans: readonly DefinitionJson[]): Promise<void> {
    return this.#ask(({ claims }) => claims.savePlans(application, plans));
  }

  claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return this.#ask(({ claims }) => claims.claim(request));
  }

  abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    return this.#ask(({ claims }) => claims.abandoned(request));
  }

  release(request: ReleaseRequest): Promise<void> {
    return this.#ask(({ claims }) => claims.release(request));
  }

  leave(owner: string): Promise<void> {
    return this.#ask(({ claims }) => claims.leave(owner));
  }

  requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    return this.#ask(({ claims }) => claims.requestCancel(ref, reason, audit));
  }

  /** Not tried twice: the second attempt would count only what the first one left. */
  forget(request: ForgetRequest): Promise<number> {
    return this.#ask(({ claims }) => claims.forget(request), 0);
  }

  async #open(told: (message: string) => void = emitWarning): Promise<void> {
    const { onWarning = told } = this.#settings;
    try {
      this.#store = await PostgresStore.open(this.options, this.#settings, onWarning);
    } catch (error) {
      throw isSagaError(error) ? error : this.#failure('cannot be opened', error);
    }
    this.#queue.open();
  }

  async #close(): Promise<void> {
    await this.#queue.close();
    await Promise.allSettled(this.#underWay);
    const store = this.#store;
    this.#store = undefined;
    await store?.close();
  }

  #commit(writes: readonly Write[]): Promise<readonly Outcome<Queued>[]> {
    const number = writeNumber();
    return retryWhileUnavailable(this.#settings.reconnectMs, async () =>
      this.#opened().write(writes, number, this.#createApart, this.#appendApart),
    );
  }

  readonly #createApart = (saga: NewSaga): Promise<SagaRow | undefined> => {
    const number = writeNumber();
    return this.#heldUp.during(saga, () =>
      this.#ask((store) => this.#heldUp.inTurn(() => store.createApart(saga, number))),
    );
  };

  /** Not in the group: it may wait for a transaction that nobody ends. */
  readonly #appendApart = (batch: JournalBatch): Promise<CancelRequest | undefined> => {
    const number = writeNumber();
    return this.#ask((store) => store.appendApart(batch, number));
  };

  async #ask<T>(
    work: (store: PostgresStore) => Promise<T>,
    patienceMs = this.#settings.reconnectMs,
  ): Promise<T> {
    const asked = retryWhileUnavailable(patienceMs, async () => work(this.#opened()));
    this.#underWay.add(asked);
    try {
      return await asked;
    } catch (error) {
      throw isSagaError(error) ? error : this.#failure('failed', error);
    } finally {
      this.#underWay.delete(asked);
    }
  }

  #opened(): PostgresStore {
    if (this.#store !== undefined) return this.#store;
    throw this.#failure(this.#users.state);
  }

  #failure(what: string, cause?: unknown): SagaJournalError {
    return journalFailure(this.description, what, cause);
  }
}
