import {
  LeaseLostError,
  refKey,
  wakeTimeOf,
  type CancelRequest,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
  type SagaRef,
} from '../../core/index.js';
import { packEntries, type SqlValue } from '../sql/index.js';
import { apart } from './columns.js';
import { BulkStatement } from './bulk-statement.js';
import type { Database } from './database.js';
import { knownOf, type Known } from './known.js';
import {
  APPEND_VALUES,
  changeOf,
  CREATED,
  INSERT_TAG,
  insertAppends,
  insertSagas,
  isAtRest,
  LAST_KEY,
  LOOK,
  OWN_VALUES,
  ownValues,
  PUT_TO_SLEEP,
  sharedValues,
  updateSagas,
} from './write-sql.js';
import { shownSaga } from '../../core/ports/index.js';

const MAX_KNOWN = 50_000;

/**
 * Creates and appends inside a transaction. It remembers where the sagas in flight stand, which
 * holds as long as no other connection has written: `forgetAll` when one has, or when a transaction
 * was rolled back. Records and changed rows are collected, and written many at a time by `flush`.
 */
export class Appender {
  readonly #known = new Map<string, Known>();
  readonly #insertSagas: BulkStatement;
  readonly #insertAppends: BulkStatement;
  readonly #updateSagas: BulkStatement;
  /** The integer key that was given last. */
  #lastKey: number | undefined;
  #appends: SqlValue[] = [];
  readonly #changed = new Map<number, readonly SqlValue[]>();

  constructor(private readonly database: Database) {
    this.#insertSagas = new BulkStatement(database, OWN_VALUES, insertSagas);
    this.#insertAppends = new BulkStatement(database, APPEND_VALUES, insertAppends);
    this.#updateSagas = new BulkStatement(database, 1, updateSagas);
  }

  forgetAll(): void {
    this.#known.clear();
    this.#lastKey = undefined;
    this.#appends = [];
    this.#changed.clear();
  }

  /** Called when its owner, its epoch or the request to cancel it has changed, or it was deleted. */
  forget(ref: SagaRef): void {
    this.#known.delete(refKey(ref));
  }

  /** Creates them, and returns of each whether it is new: if not, its name and id are taken. */
  create(sagas: readonly NewSaga[], now: number): readonly boolean[] {
    if (sagas.length === 0) return [];
    const first = this.#takeKeys(sagas.length);
    const allNew = this.#insert(sagas, first, now) === sagas.length;
    return sagas.map((saga, index) => {
      const key = first + index;
      const isNew = allNew || this.database.one(CREATED, key) !== undefined;
      if (isNew) this.#addCreated(saga, key, now);
      return isNew;
    });
  }

  /** Those that share their values are one statement. Returns how many were written. */
  #insert(sagas: readonly NewSaga[], first: number, now: number): number {
    const alike = new Map<string, { readonly shared: SqlValue[]; readonly own: SqlValue[] }>();
    const refs = new Set<string>();
    sagas.forEach((saga, index) => {
      // Of several with one id the first is the saga, whichever statement comes first.
      const ref = refKey(saga);
      if (refs.has(ref)) return;
      refs.add(ref);
      const shared = sharedValues(saga, now);
      // No value of a saga holds it.
      const kind = shared.join('\u0000');
      const those = alike.get(kind) ?? { shared, own: [] };
      those.own.push(...ownValues(first + index, saga));
      alike.set(kind, those);
    });
    let written = 0;
    for (const { shared, own } of alike.values()) written += this.#insertSagas.run(own, shared);
    return written;
  }

  /** Returns a request to cancel it. @throws LeaseLostError, before anything was written. */
  append(batch: JournalBatch, now: number): CancelRequest | undefined {
    const { ref, owner, epoch, entries, status, progress, sleep } = batch;
    const known = this.#known.get(refKey(ref)) ?? this.#look(ref);
    if (known?.owner !== owner || known.epoch !== epoch || entries[0]?.seq !== known.next) {
      throw new LeaseLostError(`Saga ${shownSaga(ref.name, ref.id)} belongs to another owner now`);
    }
    this.#stage(known, entries, now);
    if (sleep !== undefined) {
      const until = wakeTimeOf(sleep);
      const wakeAt = known.cancel === undefined ? until : Math.min(until, now);
      this.database.run(PUT_TO_SLEEP, wakeAt, known.saga);
      this.forget(ref);
    }
    const change = changeOf(known, batch, now);
    if (change === undefined) return known.cancel;
    known.status = status;
    if (progress) known.recoveries = 0;
    this.#changed.set(known.saga, change);
    if (isAtRest(status)) this.forget(ref);
    return known.cancel;
  }

  /** Writes what was collected. */
  flush(): void {
    if (this.#appends.length > 0) this.#insertAppends.run(this.#appends);
    this.#appends = [];
    if (this.#changed.size > 0) this.#update();
    this.#changed.clear();
  }

  /** Rows that change in the same way are one statement. */
  #update(): void {
    const groups = new Map<string, { readonly change: readonly SqlValue[]; sagas: number[] }>();
    for (const [saga, change] of this.#changed) {
      const key = JSON.stringify(change);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { change, sagas: [saga] });
      else group.sagas.push(saga);
    }
    for (const { change, sagas } of groups.values()) this.#updateSagas.run(sagas, change);
  }

  /** The first of as many integer keys that no saga has ever had. */
  #takeKeys(count: number): number {
    const last = this.#lastKey ?? Number(this.database.one(LAST_KEY)?.['seq'] ?? 0);
    this.#lastKey = last + count;
    return last + 1;
  }

  #addCreated(saga: NewSaga, key: number, now: number): void {
    const { application = '', tags } = saga;
    for (const tag of Object.entries(tags))
      this.database.run(INSERT_TAG, application, ...tag, now, key);
    const { owner, status, entries } = saga;
    const known: Known = {
      ...{ saga: key, owner, epoch: 1, next: 1, status, recoveries: 0 },
      cancel: undefined,
    };
    this.#remember(saga, known);
    this.#stage(known, entries, now);
  }

  #stage(known: Known, entries: readonly JournalEntry[], now: number): void {
    known.next += entries.length;
    this.#appends.push(known.saga, known.next - 1, now, packEntries(entries));
  }

  #look(ref: SagaRef): Known | undefined {
    this.flush();
    const row = this.database.one(LOOK, ref.application ?? '', ref.name, ref.id);
    return row && this.#remember(ref, knownOf(apart(row)));
  }

  #remember(ref: SagaRef, known: Known): Known {
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(refKey(ref), known);
    return known;
  }
}
