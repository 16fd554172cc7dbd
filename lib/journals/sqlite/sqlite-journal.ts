import { resolve } from 'node:path';
import {
  isSagaError,
  listQuery,
  type AbandonedRequest,
  type AbandonedSagas,
  type AuditEntry,
  type CancelRequest,
  type ClaimRequest,
  type ForgetRequest,
  type Journal,
  type JournalBatch,
  type JournalInTransaction,
  type NewSaga,
  type ReleaseRequest,
  type SagaFilter,
  type SagaJournalError,
  type SagaPage,
  type SagaRef,
  type SagaRow,
  type SagaTransaction,
  type StoredSaga,
} from '../../core/index.js';
import {
  checkAppend,
  checkCreate,
  GroupCommit,
  journalFailure,
  payloadBytes,
  Users,
} from '../sql/index.js';
import { isItemFault } from './driver.js';
import { SqliteInTransaction } from './in-transaction.js';
import { LocalStore } from './local-store.js';
import type { Read, ReadResults, Write, WriteResults } from './operations.js';
import { SqliteOperatorJournal } from './operator-journal.js';
import { checkOptions, type SqliteJournalOptions } from './options.js';
import type { StoreHost } from './store-host.js';
import { ThreadStore } from './thread-store.js';

/** One transaction holds up the event loop for about 10 µs per item. */
const MAX_ITEMS = 500;

function checkWrite(write: Write): void {
  if (write.kind === 'append') checkAppend(write.batch);
  else if (write.kind === 'create') checkCreate(write.saga);
}

function bytesOf(write: Write): number {
  if (write.kind === 'append') return payloadBytes(write.batch.entries);
  return write.kind === 'create' ? payloadBytes(write.saga.entries, write.saga.input) : 0;
}

class SqliteJournal implements Journal {
  readonly description: string;
  readonly #queue: GroupCommit<Write, WriteResults[keyof WriteResults]>;
  readonly operators = new SqliteOperatorJournal(
    (write) => this.#write(write),
    (read) => this.#read(read),
  );
  readonly #store: StoreHost;
  readonly #file: string;
  readonly #driver: string;
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
    this.#queue = new GroupCommit({
      description: this.description,
      commit: async (writes) => this.#opened().commit(writes),
      check: checkWrite,
      sizeOf: bytesOf,
      isItemFault,
      elsewhere: thread === 'worker',
      maxItems: MAX_ITEMS,
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

  heartbeat(owner: string, leaseMs: number): Promise<readonly SagaRow[]> {
    return this.#write({ kind: 'heartbeat', owner, leaseMs });
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

  #opened(): StoreHost {
    if (this.#users.isOpen) return this.#store;
    throw this.#failure(this.#users.state);
  }

  #failure(what: string, cause?: unknown): SagaJournalError {
    return journalFailure(this.description, what, cause);
  }
}

/**
 * A journal in one SQLite file, which several processes of one machine may share.
 *
 * Durable: what was acknowledged survives `kill -9` and, with the default `synchronous: 'full'`, a
 * power cut. All sagas of the process share one transaction per turn of the event loop.
 *
 * @throws SagaOptionsError for options that cannot be meant.
 */
export function sqliteJournal(options: SqliteJournalOptions): Journal {
  return new SqliteJournal(options);
}
