import { join } from 'node:path';
import Libsql from 'libsql';
import {
  defineSaga,
  isSagaError,
  NOTHING_TO_UNDO,
  silentLogger,
  type SagaHandle,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { libsql, sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { fromSqlite, type SqliteTransactionDatabase } from 'nestjs-saga-orchestrator/transactions';
import { secondLibrary } from '../journals/sqlite/second-library.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';

type Database = SqliteTransactionDatabase & { close(): unknown };
type Library = new (file: string) => Database;
const Own = Libsql as unknown as Library;
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const it of open.splice(0).reverse()) await it.close();
});
afterAll(removeTempFolders);

/** An application with orders of its own, in the file of the journal. */
class Shop {
  readonly file = join(tempFolder(), 'shop.db');
  readonly shipped: string[] = [];
  readonly database = this.connected(Own);
  readonly transactions = fromSqlite(this.database);
  readonly plan = defineSaga<{ id: string }>('PlaceOrder', [
    {
      label: 'Ship',
      action: ({ context }) => void this.shipped.push(context.id),
      compensate: NOTHING_TO_UNDO,
    },
  ]);

  connected(Database: Library, file = this.file): Database {
    const database = new Database(file);
    database.exec('PRAGMA journal_mode = wal');
    database.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY)');
    open.push(database);
    return database;
  }

  engine(options: Partial<InProcessEngineOptions> = {}): InProcessEngine {
    const driver = { ...libsql(Own), name: 'libsql of the shop' };
    const journal = sqliteJournal({ file: this.file, driver, busyTimeoutMs: 5_000 });
    const { transactions } = this;
    const engine = new InProcessEngine({ journal, logger: silentLogger, transactions, ...options });
    engine.register(this.plan);
    open.push(engine);
    return engine;
  }

  /** An order and its saga, both or neither. */
  place(engine: InProcessEngine, tx: Database, id: string): Promise<SagaHandle> {
    tx.prepare('INSERT INTO orders VALUES (?)').run([id]);
    return engine.start(this.plan, { id }, { id, tags: { shop: 'tea' }, transaction: tx });
  }

  get orders(): readonly unknown[] {
    const rows = this.database.prepare('SELECT id FROM orders ORDER BY id').all([]);
    return rows.map((row) => (row as { id: string }).id);
  }
}

async function codeOf(it: Promise<unknown> | undefined): Promise<string> {
  return it?.then(
    () => 'resolved',
    (error: unknown) => (isSagaError(error) ? error.code : String(error)),
  ) as Promise<string>;
}

describe('a saga that is started in a transaction of the application, on SQLite', () => {
  it('is unseen before the commit, and begins after it', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await engine.recover();
    let handle: SagaHandle | undefined;
    await shop.transactions.run(async (tx) => {
      handle = await shop.place(engine, tx, 'o-1');
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect([shop.shipped, (await engine.list({})).sagas]).toEqual([[], []]);
    });
    expect((await handle?.result())?.isSuccess).toBe(true);
    expect([shop.shipped, shop.orders]).toEqual([['o-1'], ['o-1']]);
    const details = await engine.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(details?.timeline.map(({ type }) => type)).toEqual([
      ...['accepted', 'started', 'done', 'completed'],
    ]);
    expect(details).toMatchObject({ recoveries: 0, tags: { shop: 'tea' } });
    expect((await engine.list({ tags: { shop: 'tea' } })).sagas).toHaveLength(1);
  });

  it('never was after a rollback', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await engine.open();
    let handle: SagaHandle | undefined;
    const placing = shop.transactions.run(async (tx) => {
      handle = await shop.place(engine, tx, 'o-1');
      throw new Error('no credit');
    });
    await expect(placing).rejects.toThrow('no credit');
    expect(await codeOf(handle?.result())).toBe('SAGA_NOT_FOUND');
    expect([shop.shipped, shop.orders]).toEqual([[], []]);
  });

  it('is refused without a transaction, in another file, and in memory: nothing is stored', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await engine.open();
    const start = (transaction: Database) =>
      engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1', transaction });
    await expect(start(shop.database)).rejects.toThrow(
      /transaction is no open transaction: a BEGIN succeeded on it/,
    );
    for (const file of [join(tempFolder(), 'other.db'), ':memory:']) {
      const other = shop.connected(Own, file);
      const placing = fromSqlite(other).run((tx) => start(tx));
      await expect(placing).rejects.toThrow(
        /transaction is one of the file .* only one file commits/,
      );
    }
    expect((await engine.list({})).sagas).toEqual([]);
  });

  it('is refused through another SQLite library, naming both drivers, and already when recovery begins', async () => {
    const shop = new Shop();
    const Second = secondLibrary<Library>();
    let second: SqliteTransactionDatabase | undefined;
    const transactions: SagaTransactions<SqliteTransactionDatabase> = {
      run: (work) => fromSqlite((second ??= shop.connected(Second))).run(work),
      use: (tx) => fromSqlite(tx).use(tx),
    };
    const engine = shop.engine({ transactions: transactions });
    await expect(engine.recover()).rejects.toThrow(
      /through two SQLite libraries \(the journal's driver is libsql of the shop\).* the library of your own connection/,
    );
  });

  it('yields the saga that has its id; another input is refused, and the transaction goes on', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await (await engine.start(shop.plan, { id: 'o-1' }, { id: 'o-1' })).result();
    const handles: SagaHandle[] = [];
    await shop.transactions.run(async (tx) => {
      handles.push(await shop.place(engine, tx, 'o-1'));
      const again = { id: 'o-2', transaction: tx };
      handles.push(await engine.start(shop.plan, { id: 'o-2' }, again));
      handles.push(await engine.start(shop.plan, { id: 'o-2' }, again));
      const conflict = engine.start(shop.plan, { id: 'other' }, again);
      expect(await codeOf(conflict)).toBe('SAGA_CONFLICT');
    });
    const ends = await Promise.all(handles.map((handle) => handle.result()));
    expect(ends.every(({ isSuccess }) => isSuccess)).toBe(true);
    expect([shop.shipped, shop.orders]).toEqual([['o-1', 'o-2'], ['o-1']]);
  });

  it('is found by another process when its own ends before it sees the commit, and that is no recovery', async () => {
    const shop = new Shop();
    const engine = shop.engine({ drainMs: 0 });
    await engine.open();
    let closing: Promise<void> | undefined;
    await shop.transactions.run(async (tx) => {
      (await shop.place(engine, tx, 'o-1')).result().catch(() => undefined);
      closing = engine.close();
    });
    await closing;
    expect(shop.shipped).toEqual([]);
    const other = shop.engine({ worker: { pollMs: 10 } });
    await other.recover();
    await (await other.start(shop.plan, { id: 'o-1' }, { id: 'o-1' })).result();
    const details = await other.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(details?.timeline.map(({ type }) => type)).not.toContain('recovered');
    expect([details?.recoveries, shop.shipped]).toEqual([0, ['o-1']]);
  });

  it('other sagas wait for its commit, and go on (86a)', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await engine.recover();
    const others: Promise<unknown>[] = [];
    await shop.transactions.run(async (tx) => {
      await shop.place(engine, tx, 'o-1');
      for (const id of ['o-2', 'o-3']) {
        others.push(engine.start(shop.plan, { id }, { id }).then((started) => started.result()));
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(shop.shipped).toEqual([]);
    });
    await Promise.all(others);
    expect(shop.shipped).toEqual(expect.arrayContaining(['o-2', 'o-3']));
  });

  it('the transactions of one connection follow one another', async () => {
    const shop = new Shop();
    const engine = shop.engine();
    await engine.recover();
    const placed = ['o-1', 'o-2', 'o-3'].map((id) =>
      shop.transactions.run((tx) => shop.place(engine, tx, id)),
    );
    await Promise.all((await Promise.all(placed)).map((handle) => handle.result()));
    expect(shop.orders).toEqual(['o-1', 'o-2', 'o-3']);
    expect(shop.shipped.toSorted()).toEqual(['o-1', 'o-2', 'o-3']);
  });
});
