import { join } from 'node:path';
import Libsql from 'libsql';
import type { SagaDefinition, SagaTransactions } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { libsql, sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { fromSqlite, type SqliteTransactionDatabase } from 'nestjs-saga-orchestrator/transactions';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { RecordingLogger } from '../support/recording-logger.js';
import { describeSteps, type Ledger, transferOf, typesOf } from './describe-steps.js';

type Database = SqliteTransactionDatabase & { close(): unknown };
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});
afterAll(removeTempFolders);

class SqliteLedger implements Ledger {
  readonly file = join(tempFolder(), 'ledger.db');
  readonly logger = new RecordingLogger();
  readonly database = this.connected();
  readonly transactions = fromSqlite(this.database) as SagaTransactions;
  readonly #outside = this.connected();

  connected(): Database {
    const database = new Libsql(this.file) as unknown as Database;
    database.exec('PRAGMA journal_mode = wal');
    database.exec('CREATE TABLE IF NOT EXISTS ledger (at INTEGER PRIMARY KEY, what TEXT)');
    open.push(database);
    return database;
  }

  engine(plan: SagaDefinition, options: Partial<InProcessEngineOptions> = {}): InProcessEngine {
    const { file, logger, transactions } = this;
    const journal = sqliteJournal({ file, driver: libsql(Libsql), busyTimeoutMs: 5_000 });
    const engine = new InProcessEngine({ journal, logger, transactions, ...options });
    engine.register(plan);
    open.push(engine);
    return engine;
  }

  async write(tx: unknown, row: string): Promise<void> {
    (tx as Database).prepare('INSERT INTO ledger (what) VALUES (?)').run([row]);
  }

  async rows(): Promise<readonly string[]> {
    const rows = this.#outside.prepare('SELECT what FROM ledger ORDER BY at').all([]);
    return rows.map((row) => (row as { what: string }).what);
  }
}

describe('a transactional step on SQLite', () => {
  describeSteps(async () => new SqliteLedger());

  it('others wait for it, and go on without a failure (86a)', async () => {
    const ledger = new SqliteLedger();
    const plan = transferOf(() => ledger, {
      action: async (_ctx, tx) => {
        await ledger.write(tx, 'Debit');
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    const engine = ledger.engine(plan);
    const ids = Array.from({ length: 10 }, (_, index) => `t-${index}`);
    const ends = await Promise.all(
      ids.map(async (id) => (await engine.start(plan, {}, { id })).result()),
    );
    expect(ends.every(({ isSuccess }) => isSuccess)).toBe(true);
    expect(await ledger.rows()).toHaveLength(10);
    for (const id of ids) {
      expect(await typesOf(engine, id)).toEqual(['accepted', 'started', 'done', 'completed']);
    }
  });
});
