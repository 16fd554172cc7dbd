import {
  LeaseLostError,
  SagaJournalError,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
  type SagaRef,
  type SagaRow,
  type SagaStatus,
} from '../../core/index.js';
import { checkEntry, checkNewSaga, packEntries, type SqlRow, type SqlValue } from '../sql/index.js';
import type { Database } from './database.js';

/** What an append has to be checked against. */
interface Known {
  readonly saga: number;
  readonly owner: string | null;
  readonly epoch: number;
  /** The seq that the next record must have. */
  next: number;
  status: SagaStatus;
  recoveries: number;
}

const MAX_KNOWN = 50_000;
/** Rows per INSERT: a call into SQLite costs more than a row. */
const CHUNKS = [32, 8, 1] as const;
const COLUMNS = 4;

const INSERT_SAGA = `INSERT INTO sagas (name, id, version, fingerprint, status, at_rest, key, tags,
  deadline, input, owner, epoch, recoveries, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?) ON CONFLICT DO NOTHING`;
const INSERT_TAG = 'INSERT INTO saga_tags (name, value, created_at, saga) VALUES (?, ?, ?, ?)';
const INSERT_APPENDS = new Map(
  CHUNKS.map((rows) => [
    rows,
    `INSERT INTO saga_appends (saga, seq, written_at, records) VALUES ${Array<string>(rows).fill('(?, ?, ?, ?)').join(', ')}`,
  ]),
);
const LOOK = `SELECT saga, owner, epoch, status, recoveries,
  (SELECT max(seq) FROM saga_appends r WHERE r.saga = s.saga) AS seq
  FROM sagas s WHERE name = ? AND id = ?`;
const UPDATE =
  'UPDATE sagas SET status = ?, at_rest = ?, recoveries = ?, updated_at = ? WHERE saga = ?';

function isAtRest(status: SagaStatus): boolean {
  return status !== 'running' && status !== 'compensating';
}

function keyOf({ name, id }: SagaRef): string {
  return `${name.length} ${name}${id}`;
}

/**
 * Creates and appends inside a transaction. It remembers where the sagas in flight stand, which
 * holds as long as no other connection has written: `forgetAll` when one has, or when a transaction
 * was rolled back. Records are collected, and inserted many at a time by `flush`.
 */
export class Appender {
  readonly #known = new Map<string, Known>();
  #rows: SqlValue[] = [];

  constructor(private readonly database: Database) {}

  forgetAll(): void {
    this.#known.clear();
    this.#rows = [];
  }

  /** Its owner or epoch has changed, or it is gone. */
  forget(ref: SagaRef): void {
    this.#known.delete(keyOf(ref));
  }

  /** `false` when its name and id are taken. Checks everything before it writes anything. */
  create(saga: NewSaga, now: number): boolean {
    checkNewSaga(saga);
    if (!inOrder(saga.entries, 1)) throw new SagaJournalError('The first records are out of order');
    const { name, id, version, fingerprint, status, key, deadline, input, owner } = saga;
    const tags = JSON.stringify(saga.tags);
    const atRest = isAtRest(status) ? 1 : 0;
    const { changes, lastInsertRowid } = this.database.run(
      INSERT_SAGA,
      ...[
        name,
        id,
        version,
        fingerprint,
        status,
        atRest,
        key,
        tags,
        deadline,
        input,
        owner,
        now,
        now,
      ],
    );
    if (Number(changes) === 0) return false;
    const key_ = Number(lastInsertRowid);
    for (const tag of Object.entries(saga.tags)) this.database.run(INSERT_TAG, ...tag, now, key_);
    const known = { saga: key_, owner, epoch: 1, next: 1, status, recoveries: 0 };
    this.#remember(saga, known);
    this.#stage(known, saga.entries, now);
    return true;
  }

  /** @throws LeaseLostError, before anything was written. */
  append(batch: JournalBatch, now: number): void {
    const { ref, owner, epoch, entries, status, progress } = batch;
    for (const entry of entries) checkEntry(entry);
    const known = this.#known.get(keyOf(ref)) ?? this.#look(ref);
    if (known?.owner !== owner || known.epoch !== epoch || !inOrder(entries, known.next)) {
      throw new LeaseLostError(`Saga ${ref.name} ${ref.id} belongs to another owner now`);
    }
    this.#stage(known, entries, now);
    const recoveries = progress ? 0 : known.recoveries;
    const atRest = isAtRest(status);
    if (status === known.status && recoveries === known.recoveries && !atRest) return;
    this.database.run(UPDATE, status, atRest ? 1 : 0, recoveries, now, known.saga);
    known.status = status;
    known.recoveries = recoveries;
    if (atRest) this.forget(ref);
  }

  /** Inserts what was collected. */
  flush(): void {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    let at = 0;
    for (const [size, sql] of INSERT_APPENDS) {
      for (const width = size * COLUMNS; rows.length - at >= width; at += width) {
        this.database.run(sql, ...rows.slice(at, at + width));
      }
    }
  }

  #stage(known: Known, entries: readonly JournalEntry[], now: number): void {
    if (entries.length === 0) return;
    known.next += entries.length;
    this.#rows.push(known.saga, known.next - 1, now, packEntries(entries));
  }

  #look(ref: SagaRef): Known | undefined {
    this.flush();
    const [row] = this.database.all(LOOK, ref.name, ref.id);
    return row && this.#remember(ref, knownOf(row));
  }

  #remember(ref: SagaRef, known: Known): Known {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(keyOf(ref), known);
    return known;
  }
}

function knownOf(row: SqlRow): Known {
  return {
    saga: Number(row['saga']),
    owner: row['owner'] as string | null,
    epoch: Number(row['epoch']),
    next: Number(row['seq'] ?? 0) + 1,
    status: row['status'] as SagaRow['status'],
    recoveries: Number(row['recoveries']),
  };
}

function inOrder(entries: readonly JournalEntry[], first: number): boolean {
  return entries.every(({ seq }, index) => seq === first + index);
}
