import { type BarrierAction, SagaOptionsError, type SagaTransaction } from '../core/index.js';
import { retryConflicts, shown } from '../core/engine/index.js';
import {
  barrierSql,
  SWEEP_BATCH,
  WHICH,
  type BarrierDialect,
  type BarrierSql,
} from './barrier-sql.js';
import type { Settings } from './options.js';

/** What is known of one action, or of its undo. */
export interface BarrierRow {
  /** `false`: it was not there in time, or there was nothing to undo. */
  readonly ran: boolean;
  /** Encoded; `null`: none. */
  readonly result: string | null;
}

type SqlRow = Readonly<Record<string, unknown>>;

function toRow({ ran, result }: SqlRow): BarrierRow {
  return { ran: Number(ran) === 1, result: typeof result === 'string' ? result : null };
}

/** As what a transaction says that met another one: it is run again. */
function goneMeanwhile(): Error {
  const what = 'The row of a barrier was deleted while it was read';
  return Object.assign(new Error(what), { code: '40001' });
}

export function known(row: BarrierRow | undefined): BarrierRow {
  if (row === undefined) throw goneMeanwhile();
  return row;
}

/** The rows of one transaction. */
export class BarrierRows {
  constructor(
    private readonly sql: BarrierSql,
    private readonly tx: SagaTransaction,
  ) {}

  /** Whether it was stored, and not there already. */
  async insert(kind: keyof BarrierSql['insert'], action: string): Promise<boolean> {
    return (await this.tx.query(this.sql.insert[kind], [action])).length > 0;
  }

  /** Whether the action has not run, and never will. */
  async block(action: string): Promise<boolean> {
    return (await this.tx.query(this.sql.block, [action])).length > 0;
  }

  /** Whether it may run now. */
  async begin({ key, count }: BarrierAction): Promise<boolean> {
    return (await this.tx.query(this.sql.run, [key, String(count)])).length > 0;
  }

  /** What is known of it, once attempts up to that count are refused. */
  async settle({ key, count }: BarrierAction): Promise<BarrierRow> {
    const [row] = await this.tx.query(this.sql.settle, [key, String(count)]);
    return toRow(row as SqlRow);
  }

  async read(action: string, op: 'do' | 'undo'): Promise<BarrierRow | undefined> {
    const [row] = await this.tx.query(this.sql.read, [action, op]);
    return row && toRow(row);
  }

  async keep(action: string, op: 'do' | 'undo', result: string): Promise<void> {
    await this.tx.query(this.sql.keep, [result, action, op]);
  }
}

/** The table of a barrier: found or made when it is first used, or when the application starts. */
export class BarrierTable {
  #sql: Promise<BarrierSql> | undefined;

  constructor(private readonly settings: Settings) {}

  /**
   * Makes the table, where it may. One that fails is tried again by the next call.
   *
   * @throws SagaOptionsError where there is none, or another one.
   */
  async open(): Promise<BarrierSql> {
    this.#sql ??= this.#open();
    try {
      return await this.#sql;
    } catch (error) {
      this.#sql = undefined;
      throw error;
    }
  }

  /** Runs `work` in one transaction of the application, again when it met a conflict. */
  async run<T>(work: (rows: BarrierRows, tx: unknown) => Promise<T>): Promise<T> {
    const sql = await this.open();
    return this.#run((tx, query) => work(new BarrierRows(sql, query), tx));
  }

  /** Deletes rows that are older than `keepMs`, in batches. @returns how many */
  async sweep(isStopped: () => boolean): Promise<number> {
    const { sweep } = await this.open();
    let deleted = 0;
    while (!isStopped()) {
      const batch = await this.#run((_, tx) => tx.query(sweep, []));
      deleted += batch.length;
      if (batch.length < SWEEP_BATCH) break;
    }
    return deleted;
  }

  #run<T>(work: (tx: unknown, query: SagaTransaction) => Promise<T>): Promise<T> {
    const { transactions } = this.settings;
    return retryConflicts(() => transactions.run((tx) => work(tx, transactions.use(tx))));
  }

  async #open(): Promise<BarrierSql> {
    const { schema, keepMs } = this.settings;
    const dialect = await this.#dialect();
    if (dialect === 'sqlite' && schema !== undefined) {
      throw new SagaOptionsError(`SQLite has no schemas: remove schema (got ${shown(schema)})`);
    }
    const sql = barrierSql(dialect, schema, keepMs);
    await this.#findOrMake(sql, dialect);
    await this.#run((_, tx) => tx.query(sql.check, []));
    return sql;
  }

  async #dialect(): Promise<BarrierDialect> {
    const [row] = await this.#run((_, tx) => tx.query(WHICH, []));
    const answer = row?.['answer'];
    if (answer === 'true') return 'postgres';
    if (answer === '1') return 'sqlite';
    throw new SagaOptionsError(
      `transactions must be those of a Postgres or SQLite database (it answered ${shown(answer)})`,
    );
  }

  async #findOrMake(sql: BarrierSql, dialect: BarrierDialect): Promise<void> {
    const found = await this.#run((_, tx) => tx.query(sql.look, []));
    if (found.length > 0) return;
    if (this.settings.migrate === 'off') {
      throw new SagaOptionsError(
        `The table saga_barrier is missing: run what sagaBarrierSql({ dialect: '${dialect}' }) prints, or remove migrate: 'off'`,
      );
    }
    await this.#run(async (_, tx) => {
      for (const statement of sql.create) await tx.query(statement, []);
    });
  }
}
