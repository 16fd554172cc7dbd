import { SagaBarrier, sagaCallOf } from 'nestjs-saga-orchestrator/participant';
import { fromPg, fromSqlite, type SagaTransactions } from 'nestjs-saga-orchestrator/transactions';
import type { StoreConfig } from '../stores.js';

/** How often an action took place, and its undo, and what the barrier says of both. */
export interface Books {
  readonly done: number;
  readonly undone: number;
  readonly row: number;
  readonly undoRow: number;
}

interface Database {
  readonly transactions: SagaTransactions;
  /** Each statement for itself. */
  readonly connection: unknown;
  readonly schema?: string;
  close(): Promise<void>;
}

async function databaseOf(store: StoreConfig): Promise<Database> {
  if (store.kind === 'sqlite') {
    const { default: Sqlite } = await import('libsql');
    const connection = new Sqlite(store.file);
    connection.exec('PRAGMA journal_mode = wal');
    connection.exec('PRAGMA busy_timeout = 5000');
    const transactions = fromSqlite(connection) as SagaTransactions;
    return { transactions, connection, close: async () => void connection.close() };
  }
  const { default: pg } = await import('pg');
  const { connectionString, schema } = store;
  const pool = new pg.Pool({ connectionString, options: `-c search_path=${schema}` });
  return { transactions: fromPg(pool), connection: pool, schema, close: () => pool.end() };
}

/** A service that books effects, one row for an action and one for its undo. */
export class Participant {
  private constructor(
    private readonly database: Database,
    readonly barrier: SagaBarrier,
    private readonly reach: (place: string) => void,
  ) {}

  /**
   * @param reach is told of every place that a call comes by.
   * @param twin `apart`: nothing of it is in one transaction.
   */
  static async open(
    store: StoreConfig,
    reach: (place: string) => void = () => undefined,
    twin?: 'apart',
  ): Promise<Participant> {
    const database = await databaseOf(store);
    const transactions = watched(database, reach, twin);
    const { schema } = database;
    const barrier = new SagaBarrier({ transactions, ...(schema === undefined ? {} : { schema }) });
    await barrier.open();
    const participant = new Participant(database, barrier, reach);
    await participant.#query('CREATE TABLE IF NOT EXISTS effects (action TEXT, what TEXT)');
    return participant;
  }

  do(key: string, answer: string): Promise<string> {
    return this.barrier.do(sagaCallOf({ 'saga-key': key }), (tx) =>
      this.book(tx, key, 'do', answer),
    );
  }

  undo(key: string, answer: string): Promise<string | undefined> {
    const call = sagaCallOf({ 'saga-key': `${key}-undo`, 'saga-undo-of': key });
    return this.barrier.undo(call, (tx) => this.book(tx, key, 'undo', answer));
  }

  /** All of it at one moment. */
  async books(key: string): Promise<Books> {
    const effects = (what: string): string =>
      `(SELECT count(*) FROM effects WHERE action = '${key}' AND what = '${what}')`;
    const rows = (op: string): string =>
      `(SELECT count(*) FROM saga_barrier WHERE action = '${key}' AND op = '${op}' AND ran)`;
    const [row] = await this.#query(
      `SELECT ${effects('do')} AS done, ${effects('undo')} AS undone, ${rows('do')} AS row_do, ${rows('undo')} AS row_undo`,
    );
    const count = (name: string): number => Number(row?.[name]);
    const [done, undone] = [count('done'), count('undone')];
    return { done, undone, row: count('row_do'), undoRow: count('row_undo') };
  }

  /** Whose actions have left something. */
  async keys(): Promise<readonly string[]> {
    const rows = await this.#query(
      'SELECT action FROM effects UNION SELECT action FROM saga_barrier',
    );
    return rows.map(({ action }) => String(action));
  }

  async book(tx: unknown, key: string, what: 'do' | 'undo', answer: string): Promise<string> {
    const { transactions } = this.database;
    await transactions.use(tx).query(`INSERT INTO effects VALUES ('${key}', '${what}')`, []);
    this.reach('after its effect');
    return answer;
  }

  async close(): Promise<void> {
    await this.barrier.close();
    await this.database.close();
  }

  #query(sql: string) {
    const { transactions, connection } = this.database;
    return transactions.use(connection).query(sql, []);
  }
}

/** Tells of each statement of a barrier, and of its COMMIT. */
function watched(
  { transactions, connection }: Database,
  reach: (place: string) => void,
  twin: 'apart' | undefined,
): SagaTransactions {
  let inserts = 0;
  const use: SagaTransactions['use'] = (tx) => ({
    async query(sql, params) {
      const rows = await transactions.use(tx).query(sql, params);
      if (/^INSERT/.test(sql)) {
        inserts += 1;
        reach(/'undo'|'do', TRUE/.test(sql) ? 'after its row' : 'between its rows');
      }
      if (/^UPDATE/.test(sql)) reach('after its result');
      return rows;
    },
  });
  const run: SagaTransactions['run'] = async (work) => {
    let committing: Promise<unknown> | undefined;
    const watching = async (tx: unknown) => {
      const value = await work(tx);
      // Only of calls, which insert: whether the server has had the word, nobody knows.
      if (inserts > 0)
        committing = Promise.resolve().then(() =>
          setImmediate(() => reach('while COMMIT is on its way')),
        );
      return value;
    };
    const value = await (twin === 'apart' ? watching(connection) : transactions.run(watching));
    await committing;
    return value;
  };
  return { use, run };
}
