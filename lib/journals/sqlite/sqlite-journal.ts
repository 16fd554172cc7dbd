import { resolve } from 'node:path';
import {
  insightOf,
  isSagaError,
  listQuery,
  type AbandonedRequest,
  type AbandonedSagas,
  type AuditEntry,
  type CancelRequest,
  type ClaimRequest,
  type DefinitionJson,
  type ForgetRequest,
  type Journal,
  type JournalBatch,
  type InsightReads,
  type JournalInsight,
  type JournalInTransaction,
  type NewSaga,
  type OwnerInfo,
  type ReleaseRequest,
  type Rewriter,
  type SagaFilter,
  type SagaJournalError,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type SagaTransaction,
  type StoredSaga,
} from '../../core/index.js';
import { GroupCommit, insightReads, journalFailure, rewritten, Users } from '../sql/index.js';
import { SqliteInTransaction } from './in-transaction.js';
import { InsightHost } from './insight-host.js';
import { LocalStore } from './local-store.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';
import { SqliteOperatorJournal } from './operator-journal.js';
import { checkOptions, type SqliteJournalOptions } from './options.js';
import { OF_WRITES } from './queued-writes.js';
import type { StoreHost } from './store-host.js';
import { ThreadStore } from './thread-store.js';

/** See `sqliteJournal()`. */
export class SqliteJournal implements Journal {
  readonly description: string;
  readonly #queue: GroupCommit<Write, WriteResults[keyof WriteResults]>;
  readonly operators = new SqliteOperatorJournal(
    (write) => this.#write(write),
    (read) => this.#read(read),
  );
  readonly #store: StoreHost;
  readonly #file: string;
  readonly #driver: string;
  /** Another connection to the file, in a thread of its own: what it reads holds up no saga. */
  readonly #reads: InsightHost;
  readonly insight: JournalInsight;
  readonly #users = new Users({ open: () => this.#open(), close: () => this.#close() });

  constructor(options: SqliteJournalOptions) {
    const { thread, ...checked } = checkOptions(options);
    this.description = `sqlite ${checked.file}`;
    // Resolved now: the working directory may be another one when it is opened again or its thread has
    // died.
    const file = resolve(checked.file);
    const settings = { ...checked, file, description: this.description };
    this.#file = file;
    this.#driver = options.driver?.name ?? 'the one that it found itself, node:sqlite or libsql';
    this.#store =
      thread === 'worker' ? new ThreadStore(settings) : new LocalStore(settings, options.driver);
    this.#reads = new InsightHost(settings, options.driver);
    this.insight = insightOf(insightReads((ask, read) => this.#ask(ask, read)));
    this.#queue = new GroupCommit({
      description: this.description,
      commit: async (writes) => this.#opened().commit(writes),
      ...OF_WRITES,
      elsewhere: thread === 'worker',
    });
  }

  open(): Promise<void> {
    return this.#users.open();
  }

  close(): Promise<void> {
    return this.#users.close();
  }

  create(saga: NewSaga): Promise<SagaRow | undefined> {
    return this.#write({ kind: 'create', saga });
  }

  append(batch: JournalBatch): Promise<CancelRequest | undefined> {
    return this.#write({ kind: 'append', batch });
  }

  load(ref: SagaRef): Promise<StoredSaga | undefined> {
    return this.#read({ kind: 'load', ref });
  }

  get(ref: SagaRef): Promise<SagaRow | undefined> {
    return this.#read({ kind: 'get', ref });
  }

  async list(filter: SagaFilter): Promise<SagaPage> {
    return this.#read({ kind: 'list', query: listQuery(filter) });
  }

  heartbeat(owner: string, leaseMs: number, info?: OwnerInfo): Promise<readonly SagaRow[]> {
    return this.#write({ kind: 'heartbeat', owner, leaseMs, info });
  }

  savePlans(application: string, plans: readonly DefinitionJson[]): Promise<void> {
    return this.#write({ kind: 'plans', application, plans });
  }

  claim(request: ClaimRequest): Promise<readonly SagaRow[]> {
    return this.#write({ kind: 'claim', request });
  }

  abandoned(request: AbandonedRequest): Promise<readonly AbandonedSagas[]> {
    return this.#read({ kind: 'abandoned', request });
  }

  release(request: ReleaseRequest): Promise<void> {
    return this.#write({ kind: 'release', request });
  }

  leave(owner: string): Promise<void> {
    return this.#write({ kind: 'leave', owner });
  }

  requestCancel(ref: SagaRef, reason: string, audit?: AuditEntry): Promise<void> {
    return this.#write({ kind: 'cancel', ref, reason, ...(audit === undefined ? {} : { audit }) });
  }

  forget(request: ForgetRequest): Promise<number> {
    return this.#write({ kind: 'forget', request });
  }

  async rewrite(ref: SagaRef, rewriter: Rewriter): Promise<number | undefined> {
    const stored = await this.#read({ kind: 'texts', ref });
    if (stored === undefined) return undefined;
    const { unreadable, ...texts } = rewritten(stored, rewriter);
    if (texts.input !== null || texts.appends.length > 0)
      await this.#write({ kind: 'rewrite', ref, texts });
    return unreadable;
  }

  within(tx: SagaTransaction): JournalInTransaction {
    return new SqliteInTransaction(tx, this.#file, this.#driver, () => this.#opened(), this);
  }

  async #open(): Promise<void> {
    try {
      await this.#store.open();
    } catch (error) {
      throw isSagaError(error) ? error : this.#failure('cannot be opened', error);
    }
    this.#queue.open();
  }

  async #close(): Promise<void> {
    await this.#queue.close();
    await this.#reads.close();
    await this.#store.close();
  }

  // The kind of a write or read decides what comes back; TypeScript cannot follow it through a queue.
  #write<K extends Write['kind']>(
    write: Extract<Write, { readonly kind: K }>,
  ): Promise<WriteResults[K]> {
    return this.#queue.add(write) as Promise<WriteResults[K]>;
  }

  async #read<K extends Read['kind']>(
    read: Extract<Read, { readonly kind: K }>,
  ): Promise<ReadResults[K]> {
    try {
      return (await this.#opened().read(read)) as ReadResults[K];
    } catch (error) {
      throw isSagaError(error) ? error : this.#failure('failed', error);
    }
  }

  async #ask(ask: keyof InsightReads, read: unknown): Promise<unknown> {
    try {
      this.#opened();
      return await this.#reads.read(ask, read);
    } catch (error) {
      throw isSagaError(error) ? error : this.#failure('failed', error);
    }
  }

  #opened(): StoreHost {
    if (this.#users.isOpen) return this.#store;
    throw this.#failure(this.#users.state);
  }

  #failure(what: string, cause?: unknown): SagaJournalError {
    return journalFailure(this.description, what, cause);
  }
}
