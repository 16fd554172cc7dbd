import assert from 'node:assert/strict';
import {
  isSagaError,
  type SagaHandle,
  type TransactionIsolation,
} from 'nestjs-saga-orchestrator/core';
import { shipped, Shop, type Site } from './stand.js';
import { stepCases } from './steps.js';

export interface TransactionCase {
  readonly name: string;
  /** Where it applies; everywhere when it is left out. */
  readonly on?: Site['kind'];
  run(shop: Shop): Promise<unknown>;
}

const LEVELS: readonly TransactionIsolation[] = [
  'read committed',
  'repeatable read',
  'serializable',
];
/** Each of them means something to one of the clients. */
const NOTE = `?, ??, \\?, $1, :id, @id, ', '', ", \\, \\', %s, {{id}}, \${id}, --, /* é 𝄞 \n\t`;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function codeOf(it: Promise<unknown> | undefined): Promise<string> {
  return it?.then(
    () => 'resolved',
    (error: unknown) => (isSagaError(error) ? error.code : String(error)),
  ) as Promise<string>;
}

async function ended(...handles: readonly (SagaHandle | undefined)[]): Promise<void> {
  for (const handle of handles) assert.equal((await handle?.result())?.isSuccess, true);
}

const shippedIds = (): readonly string[] => shipped.map(({ id }) => id).toSorted();

/** What drivers answer is of other classes than what is written here. */
function same(actual: unknown, expected: unknown): void {
  assert.deepEqual(JSON.parse(JSON.stringify(actual)), expected);
}

/** Neither order nor saga. */
async function nothing(shop: Shop): Promise<void> {
  same(await shop.site.orders(), []);
  same(await shop.sagas(), []);
  same(shipped, []);
}

/** What the adapter of a client must do, in a real application on a real database. */
export const transactionContract: readonly TransactionCase[] = [
  {
    name: 'a start is unseen before the commit, and begins after it (74)',
    async run(shop) {
      await shop.start();
      let handle: SagaHandle | undefined;
      await shop.transactions.run(async (tx) => {
        handle = await shop.place(tx, { id: 'o-1' });
        await pause(30);
        await nothing(shop);
      });
      await ended(handle);
      same(await shop.site.orders(), ['o-1']);
      same(shipped, [{ id: 'o-1' }]);
    },
  },
  {
    name: 'what the work answers is answered',
    async run(shop) {
      await shop.start();
      assert.equal(await shop.transactions.run(async () => 'answer'), 'answer');
    },
  },
  {
    name: 'after a rollback there never was a saga, and the error is the one that was thrown (74)',
    async run(shop) {
      await shop.start();
      const thrown = new Error('no credit');
      let handle: SagaHandle | undefined;
      const placing = shop.transactions.run(async (tx) => {
        handle = await shop.place(tx, { id: 'o-1' });
        throw thrown;
      });
      assert.equal(await placing.catch((error: unknown) => error), thrown);
      assert.equal(await codeOf(handle?.result()), 'SAGA_NOT_FOUND');
      await nothing(shop);
    },
  },
  {
    name: 'what the database refuses rolls back, too, and the next transaction is a fresh one',
    async run(shop) {
      await shop.start();
      await shop.transactions.run((tx) => shop.client.order(tx, 'o-1'));
      const placing = shop.transactions.run(async (tx) => {
        await shop.saga({ id: 'o-1' }, tx);
        await shop.client.order(tx, 'o-1');
      });
      await assert.rejects(placing);
      same(await shop.sagas(), []);
      await ended(await shop.transactions.run((tx) => shop.place(tx, { id: 'o-2' })));
      same(await shop.site.orders(), ['o-1', 'o-2']);
    },
  },
  {
    name: 'an id that the same saga has yields it, and the transaction goes on (75)',
    async run(shop) {
      await shop.start();
      await ended(await shop.saga({ id: 'o-1' }));
      const handles: SagaHandle[] = [];
      await shop.transactions.run(async (tx) => {
        handles.push(await shop.place(tx, { id: 'o-1' }));
        handles.push(await shop.place(tx, { id: 'o-2' }));
        handles.push(await shop.saga({ id: 'o-2' }, tx));
      });
      await ended(...handles);
      same(await shop.site.orders(), ['o-1', 'o-2']);
      same(shippedIds(), ['o-1', 'o-2']);
    },
  },
  {
    name: 'an id that another input has is SAGA_CONFLICT, and rolls back (75)',
    async run(shop) {
      await shop.start();
      await ended(await shop.saga({ id: 'o-1', note: 'tea' }));
      const placing = shop.transactions.run((tx) => shop.place(tx, { id: 'o-1', note: 'coffee' }));
      assert.equal(await codeOf(placing), 'SAGA_CONFLICT');
      same([await shop.site.orders(), await shop.sagas()], [[], ['o-1']]);
    },
  },
  {
    name: 'the database itself in place of a transaction is refused, and nothing is stored (76)',
    async run(shop) {
      await shop.start();
      await assert.rejects(
        shop.saga({ id: 'o-1' }, shop.client.database),
        /transaction is no open transaction: .* nothing was stored/,
      );
      await nothing(shop);
      await ended(await shop.transactions.run((tx) => shop.place(tx, { id: 'o-1' })));
    },
  },
  {
    name: 'another database is refused when the application starts (77)',
    async run(shop) {
      await assert.rejects(
        shop.start(shop.site.clientElsewhere()),
        /only one (database|file) commits/,
      );
    },
  },
  {
    name: 'a transaction of another database is refused at the call, and nothing is stored (77)',
    async run(shop) {
      await shop.start();
      const other = shop.closing(new Shop(shop.site));
      await other.start(shop.site.clientElsewhere(), null);
      const placing = other.transactions.run((tx) => shop.saga({ id: 'o-1' }, tx));
      await assert.rejects(placing, /only one (database|file) commits/);
      await nothing(shop);
    },
  },
  {
    name: 'another SQLite library on the same file is refused when the application starts',
    on: 'sqlite',
    async run(shop) {
      const { site } = shop;
      await assert.rejects(
        shop.start(site.client(), site.journalOfAnotherLibrary?.()),
        /two SQLite libraries|another SQLite library/,
      );
    },
  },
  {
    name: 'each isolation level is the one that was asked for, and takes a start (78, 85)',
    on: 'postgres',
    async run(shop) {
      await shop.start();
      for (const isolation of LEVELS) {
        if (shop.client.takesNoLevel) {
          const refused = shop.transactions.run(async () => undefined, { isolation });
          await assert.rejects(refused, /fromCls takes no isolation/);
          continue;
        }
        const placing = shop.transactions.run(
          async (tx) => {
            const [level] = await shop.transactions.use(tx).query('SHOW transaction_isolation', []);
            same(level, { transaction_isolation: isolation });
            return shop.place(tx, { id: isolation });
          },
          { isolation },
        );
        await ended(await placing);
      }
      same(await shop.site.orders(), shop.client.takesNoLevel ? [] : LEVELS);
    },
  },
  {
    name: 'values come through as they are, whatever the client makes of its placeholders',
    async run(shop) {
      await shop.start();
      const order = { id: 'o-?-$1', note: NOTE };
      await ended(await shop.transactions.run((tx) => shop.place(tx, order)));
      same(shipped, [order]);
      const sql = shop.site.kind === 'postgres' ? ['$2::text', '$1::text'] : ['?', '?'];
      const params = shop.site.kind === 'postgres' ? [NOTE, null] : [null, NOTE];
      const select = `SELECT ${sql[0]} AS none, ${sql[1]} AS note`;
      const rows = await shop.transactions.run((tx) =>
        shop.transactions.use(tx).query(select, params),
      );
      same(rows, [{ none: null, note: NOTE }]);
    },
  },
  {
    name: 'a statement answers its rows: none, of one that changes rows, and those that it returns',
    async run(shop) {
      await shop.start();
      await shop.transactions.run(async (tx) => {
        const { query } = shop.transactions.use(tx);
        const value = shop.site.kind === 'postgres' ? '$1' : '?';
        const insert = `INSERT INTO orders (id) VALUES (${value})`;
        same(await query(insert, ['o-1']), []);
        same(await query(`${insert} RETURNING id`, ['o-2']), [{ id: 'o-2' }]);
        const update = `UPDATE orders SET id = id WHERE id = ${value} RETURNING id`;
        same(await query(update, ['o-2']), [{ id: 'o-2' }]);
        same(await query(update, ['none']), []);
        same(await query('SELECT id FROM orders ORDER BY id', []), [{ id: 'o-1' }, { id: 'o-2' }]);
      });
    },
  },
  {
    name: 'of transactions beside one another each ends in its own way',
    async run(shop) {
      await shop.start();
      const ids = Array.from({ length: 8 }, (_, index) => `o-${index}`);
      const isKept = (id: string) => Number(id.slice(2)) % 2 === 0;
      const placing = ids.map((id) =>
        shop.transactions.run(async (tx) => {
          const handle = await shop.place(tx, { id });
          if (!isKept(id)) throw new Error('no credit');
          return handle;
        }),
      );
      const ends = await Promise.allSettled(placing);
      await ended(...ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])));
      same(await shop.site.orders(), ids.filter(isKept));
      same(shippedIds(), ids.filter(isKept));
    },
  },
  {
    name: 'one that begins inside of another is its own: it commits, whatever becomes of the other (90)',
    on: 'postgres',
    async run(shop) {
      await shop.start();
      let handle: SagaHandle | undefined;
      const outer = shop.transactions.run(async (tx) => {
        await shop.client.order(tx, 'outer');
        handle = await shop.transactions.run((own) => shop.place(own, { id: 'inner' }));
        throw new Error('no credit');
      });
      await assert.rejects(outer, /no credit/);
      await ended(handle);
      same(await shop.site.orders(), ['inner']);
    },
  },
  {
    name: 'a transaction that dangles holds up nobody else, and is gone with its session (77a)',
    on: 'postgres',
    async run(shop) {
      await shop.start();
      let dangling: SagaHandle | undefined;
      let goOn = (): void => undefined;
      const hangs = new Promise<void>((resolve) => (goOn = resolve));
      let opened = (): void => undefined;
      const isOpen = new Promise<void>((resolve) => (opened = resolve));
      const placing = shop.transactions.run(async (tx) => {
        dangling = await shop.place(tx, { id: 'o-1' });
        opened();
        await hangs;
      });
      placing.catch(() => undefined);
      await Promise.race([isOpen, placing]);
      await ended(await shop.saga({ id: 'o-2' }));
      await ended(await shop.transactions.run((tx) => shop.place(tx, { id: 'o-3' })));
      await shop.site.endIdleTransactions?.();
      await pause(50);
      goOn();
      await assert.rejects(placing);
      assert.equal(await codeOf(dangling?.result()), 'SAGA_NOT_FOUND');
      await ended(await shop.transactions.run((tx) => shop.place(tx, { id: 'o-4' })));
      same(await shop.site.orders(), ['o-3', 'o-4']);
    },
  },
  {
    name: 'what goes on with a transaction that has been rolled back writes nothing any more',
    on: 'postgres',
    async run(shop) {
      await shop.start();
      if (shop.client.lendsConnections) return;
      let late: Promise<unknown> | undefined;
      const cut = shop.transactions.run(async (tx) => {
        late = pause(100).then(() => shop.client.order(tx, 'late'));
        late.catch(() => undefined);
        throw new Error('took too long');
      });
      await assert.rejects(cut, /took too long/);
      await assert.rejects(late as Promise<unknown>);
      await ended(await shop.transactions.run((tx) => shop.place(tx, { id: 'o-1' })));
      same(await shop.site.orders(), ['o-1']);
    },
  },
  {
    name: 'while a transaction is open others wait for it, and go on after it (86a)',
    on: 'sqlite',
    async run(shop) {
      await shop.start();
      const others: Promise<SagaHandle>[] = [];
      await shop.transactions.run(async (tx) => {
        await shop.place(tx, { id: 'o-1' });
        others.push(shop.saga({ id: 'o-2' }));
        others.push(shop.transactions.run((own) => shop.place(own, { id: 'o-3' })));
        await pause(100);
        same(shipped, []);
      });
      await ended(...(await Promise.all(others)));
      same(await shop.site.orders(), ['o-1', 'o-3']);
    },
  },
  ...stepCases,
];
