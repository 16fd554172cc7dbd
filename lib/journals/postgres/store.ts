import type { CancelRequest, JournalBatch, NewSaga, SagaRow } from '../../core/index.js';
import { checkAppend, entryValues, whyOf, type Outcome } from '../sql/index.js';
import { Connections } from './connections.js';
import { withClient, type PgQuery } from './driver.js';
import { isHeldUp, retryWhileUnavailable } from './failures.js';
import { KnownSagas } from './known-sagas.js';
import { migrate, verifySchema } from './migrate.js';
import type { PostgresJournalOptions, Settings } from './options.js';
import { Claims } from './claims.js';
import { writeAuditSql } from './operators-sql.js';
import { PostgresInsight } from './insight.js';
import { poolsOf } from './pools.js';
import type { Again, Queued, Write, WriteResult } from './queued-writes.js';
import { Reader, type Send } from './reader.js';
import { verifyServer, WAIT_FOR_ITS_END, WAIT_SHORTLY } from './session.js';
import { tablesOf, type Tables } from './tables.js';
import { Writer } from './writer.js';

/** All that talks to the server. */
export class PostgresStore {
  readonly reader: Reader;
  readonly claims: Claims;
  readonly insight: PostgresInsight;
  /** What is asked of one saga, or of a transaction that stores one. */
  readonly act: Send;
  readonly #writer: Writer;

  private constructor(
    private readonly tables: Tables,
    known: KnownSagas,
    private readonly connections: Connections,
  ) {
    this.act = connections.act;
    this.reader = new Reader(tables, connections.act, connections.send);
    this.insight = new PostgresInsight(tables, connections.send, this.reader);
    this.claims = new Claims(tables, connections, known);
    this.#writer = new Writer(tables, known);
  }

  /** Waits for a server that is away; verifies it, and prepares or verifies the schema. */
  static async open(
    options: PostgresJournalOptions,
    settings: Settings,
    onWarning: (message: string) => void,
  ): Promise<PostgresStore> {
    const { schema, description, reconnectMs } = settings;
    const tables = tablesOf(schema);
    const known = new KnownSagas();
    const pools = await poolsOf(options, settings, onWarning);
    const connections = new Connections(pools, settings, () => known.clear());
    const store = new PostgresStore(tables, known, connections);
    try {
      const prepare = async (): Promise<void> => {
        await withClient(connections.pool, async (client) => {
          await verifyServer(client, description, onWarning);
          const prepareSchema = settings.migrate === 'auto' ? migrate : verifySchema;
          await prepareSchema(client, tables, description);
        });
        await store.claims.sweep();
        await connections.prepare();
      };
      await retryWhileUnavailable(reconnectMs, prepare, (error) =>
        onWarning(
          `The server of ${description} is not ready (${whyOf(error)}); it is waited for, up to ` +
            `${reconnectMs} ms (reconnectMs)`,
        ),
      );
      return store;
    } catch (error) {
      await connections.close();
      throw error;
    }
  }

  /**
   * One transaction. Done again under the same number, it writes nothing twice. Where an open transaction of
   * somebody's holds up a create, the creates are left out and done `apart`.
   */
  async write(
    writes: readonly Write[],
    number: string,
    apart: (saga: NewSaga) => Promise<WriteResult>,
    again: Again,
  ): Promise<readonly Outcome<Queued>[]> {
    const write = (some: readonly Write[]): Promise<readonly Outcome<Queued>[]> =>
      this.connections.write((send) => this.#writer.write(send, some, number, again));
    try {
      return await write(writes);
    } catch (error) {
      const appends = writes.filter(({ kind }) => kind === 'append');
      if (!isHeldUp(error) || appends.length === writes.length) throw error;
      const written = (appends.length === 0 ? [] : await write(appends)).values();
      return writes.map((one): Outcome<Queued> => {
        if (one.kind === 'create') return { value: apart(one.saga) };
        return written.next().value as Outcome<Queued>;
      });
    }
  }

  /** A create on a connection of its own. @throws what tells that it is held up still */
  createApart(saga: NewSaga, number: string): Promise<SagaRow | undefined> {
    const write: Write = { kind: 'create', saga };
    return this.#writeApart(write, number, WAIT_SHORTLY) as Promise<SagaRow | undefined>;
  }

  /** An append on a connection of its own, which waits for the end of a transaction that holds the saga. */
  appendApart(batch: JournalBatch, number: string): Promise<CancelRequest | undefined> {
    const write: Write = { kind: 'append', batch };
    return this.#writeApart(write, number, WAIT_FOR_ITS_END) as Promise<CancelRequest | undefined>;
  }

  async #writeApart(write: Write, number: string, wait: PgQuery): Promise<WriteResult> {
    const [outcome] = await this.connections.apart(wait, (send) =>
      this.#writer.write(send, [write], number),
    );
    if (outcome !== undefined && 'error' in outcome) throw outcome.error;
    return outcome?.value;
  }

  /**
   * An append that comes of what operators did: apart from the group, in one transaction with the audit.
   * Done again under the same number, it writes nothing twice.
   */
  async appendAct(batch: JournalBatch, number: string): Promise<CancelRequest | undefined> {
    checkAppend(batch);
    const outcome = await this.connections.acts(async (send) => {
      const [written] = await this.#writer.write(send, [{ kind: 'append', batch }], number);
      if (written !== undefined && 'error' in written) return written;
      for (const entry of batch.audit ?? []) {
        const values = [...entryValues(entry), 'done'];
        await send({ text: writeAuditSql(this.tables), values });
      }
      return written as { readonly value: CancelRequest | undefined };
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}
