import { randomBytes } from 'node:crypto';
import {
  LeaseLostError,
  refKey,
  type CancelRequest,
  type JournalBatch,
  type NewSaga,
  type SagaRef,
} from '../../core/index.js';
import { toSagaRow, type Outcome, type SqlRow } from '../sql/index.js';
import { TryAgain } from './failures.js';
import type { KnownSaga, KnownSagas } from './known-sagas.js';
import type { Append } from './parameters.js';
import type { Again, Queued, Write } from './queued-writes.js';
import { rowColumns, type Send } from './reader.js';
import type { Tables } from './tables.js';
import { leavesRow, parametersOf, type Parts } from './write-parts.js';
import { cancelsOf, writeStatements } from './write-sql.js';
import { shownSaga } from '../../core/ports/index.js';

/** A number that no other write, of whatever process, has. */
export function writeNumber(): string {
  return randomBytes(8).readBigInt64BE().toString();
}

type Written = Map<string, CancelRequest | undefined>;

interface Sorted extends Parts {
  /** Of the appends: what is remembered may be forgotten before the write has ended. */
  readonly keys: ReadonlyMap<JournalBatch, KnownSaga>;
}

function refArrays(refs: readonly SagaRef[]): readonly (readonly string[])[] {
  return [
    refs.map(({ application = '' }) => application),
    refs.map(({ name }) => name),
    refs.map(({ id }) => id),
  ];
}

/**
 * Writes what a round trip carries. Each write has a number, which is stored with what it wrote: when
 * a connection is lost nobody can tell whether a commit took place, so the same write is done again
 * under the same number, and what it finds taken by itself counts as written.
 */
export class Writer {
  readonly #sql: ReadonlyMap<string, string>;
  readonly #keys: string;
  readonly #taken: string;
  readonly #ours: string;

  constructor(
    tables: Tables,
    private readonly known: KnownSagas,
  ) {
    const { sagas, appends } = tables;
    this.#sql = writeStatements(tables);
    const byRef = `unnest($1::text[], $2::text[], $3::text[]) AS i (application, name, id)
      JOIN ${sagas} s ON s.application = i.application AND s.name = i.name AND s.id = i.id`;
    this.#keys = `SELECT s.saga, s.application, s.name, s.id FROM ${byRef}`;
    this.#taken = `SELECT s.saga, ${rowColumns(tables)}, s.created_in FROM ${byRef}`;
    this.#ours = `SELECT a.saga FROM ${appends} a WHERE a.saga = ANY($1::bigint[]) AND a.written_in = $2`;
  }

  /**
   * All of it in one transaction. With `again`, an append that should leave the row of its saga as it is does not
   * touch it: where the row says otherwise it is refused, and done `again`, without that.
   */
  async write(
    send: Send,
    writes: readonly Write[],
    number: string,
    again?: Again,
  ): Promise<Outcome<Queued>[]> {
    const sorted = await this.#sort(send, writes, again !== undefined);
    const written = await this.#send(send, sorted, number);
    const taken = await this.#takenIds(send, sorted, written);
    const ours = await this.#writtenBefore(send, sorted, written, number);
    return writes.map((write): Outcome<Queued> => {
      if (write.kind === 'create') {
        const row = taken.get(refKey(write.saga));
        return { value: row && row['created_in'] !== number ? toSagaRow(row) : undefined };
      }
      const { ref } = write.batch;
      const saga = sorted.keys.get(write.batch)?.saga;
      if (saga !== undefined && (written.has(saga) || ours.has(saga))) {
        return { value: written.get(saga) };
      }
      if (
        saga !== undefined &&
        again !== undefined &&
        sorted.stays.some(([stayed]) => stayed === saga)
      ) {
        return { value: again(write.batch) };
      }
      this.known.delete(ref);
      const whose = shownSaga(ref.name, ref.id);
      return { error: new LeaseLostError(`Saga ${whose} belongs to another owner now`) };
    });
  }

  /** In the same order in all processes, so that there are no deadlocks. */
  async #sort(send: Send, writes: readonly Write[], mayStay: boolean): Promise<Sorted> {
    const creates: NewSaga[] = [];
    const batches: JournalBatch[] = [];
    for (const write of writes) {
      if (write.kind === 'create') creates.push(write.saga);
      else batches.push(write.batch);
    }
    if (creates.length > 1) creates.sort((a, b) => (refKey(a) < refKey(b) ? -1 : 1));
    const keys = await this.#keysOf(send, batches);
    const found = [...keys];
    if (found.length > 1) found.sort(([, a], [, b]) => Number(a.saga) - Number(b.saga));
    const stays: Append[] = [];
    const moves: Append[] = [];
    for (const [batch, known] of found) {
      (mayStay && leavesRow(batch, known.status) ? stays : moves).push([known.saga, batch]);
    }
    return { creates, stays, moves, keys };
  }

  async #keysOf(
    send: Send,
    batches: readonly JournalBatch[],
  ): Promise<Map<JournalBatch, KnownSaga>> {
    const keys = new Map<JournalBatch, KnownSaga>();
    const unknown: JournalBatch[] = [];
    for (const batch of batches) {
      const saga = this.known.get(batch.ref);
      if (saga === undefined) unknown.push(batch);
      else keys.set(batch, saga);
    }
    if (unknown.length === 0) return keys;
    const values = refArrays(unknown.map(({ ref }) => ref));
    const rows = await send({ text: this.#keys, values });
    const learned = new Map(rows.map((row) => this.#remember(row)));
    for (const batch of unknown) {
      const saga = learned.get(refKey(batch.ref));
      if (saga !== undefined) keys.set(batch, saga);
    }
    return keys;
  }

  /** Answers its `refKey`, too. */
  #remember({ saga, application, name, id, status }: SqlRow): readonly [string, KnownSaga] {
    const ref = { application: String(application), name: String(name), id: String(id) };
    const known = this.known.set(ref, String(saga), status === undefined ? status : String(status));
    return [refKey(ref), known];
  }

  /** The keys of the sagas that were written, with the requests to cancel them. */
  async #send(send: Send, sorted: Sorted, number: string): Promise<Written> {
    const written = new Map<string, CancelRequest | undefined>();
    if (sorted.creates.length + sorted.keys.size === 0) return written;
    const [form, values] = parametersOf(sorted);
    const rows = await send({
      name: `saga-${form}`,
      text: this.#sql.get(form) ?? '',
      values: [number, ...values],
    });
    for (const row of rows) {
      if (typeof row['name'] === 'string') this.#remember(row);
      if (row['saga'] === null) continue;
      const cancels = cancelsOf(row['cancel']);
      for (const saga of String(row['saga']).split(',')) written.set(saga, cancels[saga]);
    }
    for (const [{ status }, known] of sorted.keys) {
      known.status = written.has(known.saga) ? status : undefined;
    }
    return written;
  }

  /** The rows of the sagas that were to be created and are there already, by their `refKey`. */
  async #takenIds(
    send: Send,
    { creates }: Sorted,
    written: Written,
  ): Promise<ReadonlyMap<string, SqlRow>> {
    const left = creates.filter((saga) => !written.has(this.known.get(saga)?.saga ?? ''));
    if (left.length === 0) return new Map();
    const rows = await send({ text: this.#taken, values: refArrays(left) });
    // Deleted in between: its id is free now.
    if (rows.length < left.length) throw new TryAgain('A saga was deleted while its id was taken');
    return new Map(rows.map((row) => [this.#remember(row)[0], row]));
  }

  /** Of the sagas that were refused, those whose append an earlier attempt has written. */
  async #writtenBefore(
    send: Send,
    { keys }: Sorted,
    written: Written,
    number: string,
  ): Promise<ReadonlySet<string>> {
    const left = [...keys.values()].map(({ saga }) => saga).filter((saga) => !written.has(saga));
    if (left.length === 0) return new Set();
    const rows = await send({ text: this.#ours, values: [left, number] });
    return new Set(rows.map(({ saga }) => String(saga)));
  }
}
