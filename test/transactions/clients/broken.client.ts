import { AsyncLocalStorage } from 'node:async_hooks';
import Libsql from 'libsql';
import { Pool, type PoolClient } from 'pg';
import {
  fromPg,
  fromSqlite,
  type SagaTransactions,
  type SqliteTransactionDatabase,
} from 'nestjs-saga-orchestrator/transactions';
import { transactionContract } from './contract.js';
import { postgresSiteOf, within } from './prove.js';
import { sqliteSite, type SqliteLibrary } from './sites.js';
import type { Client } from './stand.js';

type Pg = SagaTransactions<PoolClient>;
type Work<T> = (client: PoolClient) => Promise<T>;

interface Twin<It> {
  /** What is wrong with it. */
  readonly name: string;
  /** The case of the contract that must fail. */
  readonly fails: RegExp;
  of(sound: It, pool: Pool): It;
}

async function using<T>(pool: Pool, work: Work<T>): Promise<T> {
  const client = await pool.connect();
  client.on('error', () => undefined);
  try {
    return await work(client);
  } finally {
    client.removeAllListeners('error');
    client.release();
  }
}

const onPostgres: readonly Twin<Pg>[] = [
  {
    name: 'runs SQL on another connection',
    fails: /is unseen before the commit/,
    of: (sound, pool) => ({
      ...sound,
      use: () => ({ query: async (sql, params) => (await pool.query(sql, [...params])).rows }),
    }),
  },
  {
    name: 'begins no transaction',
    fails: /is unseen before the commit/,
    of: (sound, pool) => ({ ...sound, run: (work) => using(pool, work) }),
  },
  {
    name: 'commits what has failed',
    fails: /after a rollback there never was/,
    of: (sound, pool) => ({
      ...sound,
      run: (work) =>
        using(pool, async (client) => {
          await client.query('BEGIN');
          return work(client).finally(() => client.query('COMMIT'));
        }),
    }),
  },
  {
    name: 'says that what has failed was done',
    fails: /after a rollback there never was/,
    of: (sound) => ({ ...sound, run: (work) => sound.run(work).catch(() => undefined as never) }),
  },
  {
    name: 'throws an error of its own',
    fails: /after a rollback there never was/,
    of: (sound) => ({
      ...sound,
      run: (work) =>
        sound.run(work).catch((cause: unknown) => {
          throw new Error('rolled back', { cause });
        }),
    }),
  },
  {
    name: 'returns a connection in an aborted transaction',
    fails: /what the database refuses rolls back/,
    of: (sound, pool) => ({
      ...sound,
      run: (work) =>
        using(pool, async (client) => {
          await client.query('BEGIN');
          const value = await work(client);
          await client.query('COMMIT');
          return value;
        }),
    }),
  },
  {
    name: 'answers nothing',
    fails: /what the work answers/,
    of: (sound) => ({ ...sound, run: (work) => sound.run(work).then(() => undefined as never) }),
  },
  {
    name: 'forgets the isolation level',
    fails: /each isolation level/,
    of: (sound) => ({ ...sound, run: (work) => sound.run(work) }),
  },
  {
    name: 'takes part in the transaction of its caller',
    fails: /begins inside of another is its own/,
    of: (sound) => {
      const current = new AsyncLocalStorage<PoolClient>();
      return {
        ...sound,
        run: (work, options) => {
          const open = current.getStore();
          const fresh: Work<any> = (client) => current.run(client, () => work(client));
          return open === undefined ? sound.run(fresh, options) : work(open);
        },
      };
    },
  },
  {
    name: 'writes values into the text',
    fails: /values come through as they are/,
    of: (sound) => ({
      ...sound,
      use: (client) => ({
        query: (sql, params) => {
          const shown = (value: unknown) => (value === null ? 'NULL' : `'${value as string}'`);
          const text = sql.replace(/\$(\d+)/g, (_, at) => shown(params[Number(at) - 1]));
          return sound.use(client).query(text, []);
        },
      }),
    }),
  },
  {
    name: 'answers rows of a query alone',
    fails: /a statement answers its rows/,
    of: (sound) => ({
      ...sound,
      use: (client) => ({
        query: async (sql, params) => {
          const rows = await sound.use(client).query(sql, params);
          return /^(SELECT|WITH)/.test(sql) ? rows : [];
        },
      }),
    }),
  },
  {
    name: 'has one connection for all, and no turns',
    fails: /of transactions beside one another/,
    of: (sound, pool) => {
      let shared: Promise<PoolClient> | undefined;
      return {
        ...sound,
        run: async (work) => {
          const client = await (shared ??= pool.connect());
          client.on('error', () => undefined);
          await client.query('BEGIN');
          return work(client).then(
            (value) => client.query('COMMIT').then(() => value),
            (error: unknown) => client.query('ROLLBACK').then(() => Promise.reject(error as Error)),
          );
        },
      };
    },
  },
  {
    name: 'hands out what is of use after its transaction',
    fails: /has been rolled back writes nothing/,
    of: (sound) => sound,
  },
  {
    name: 'tells nothing of a conflict',
    fails: /a conflict that the client tells of/,
    of: (sound) => ({
      ...sound,
      use: (client) => ({
        query: (sql, params) =>
          sound
            .use(client)
            .query(sql, params)
            .catch(() => Promise.reject(new Error('query failed'))),
      }),
    }),
  },
  {
    name: 'commits before the record is written',
    fails: /what a step writes and the record of it commit together/,
    of: (sound) => ({
      ...sound,
      use: (client) => ({
        query: async (sql, params) => {
          if (sql.includes('saga_append_within')) await client.query('COMMIT');
          return sound.use(client).query(sql, params);
        },
      }),
    }),
  },
  {
    name: 'lets the next transaction wait for the one that is open',
    fails: /a transaction that dangles/,
    of: (sound) => {
      let last: Promise<unknown> = Promise.resolve();
      return {
        ...sound,
        run: (work) => {
          const turn = last.then(() => sound.run(work));
          last = turn.catch(() => undefined);
          return Promise.race([
            turn,
            new Promise<never>((_, reject) => setTimeout(reject, 2_000, new Error('too long'))),
          ]);
        },
      };
    },
  },
];

const onSqlite: readonly Twin<SagaTransactions<SqliteTransactionDatabase>>[] = [
  {
    name: 'begins beside the transaction that is open',
    fails: /while a transaction is open others wait/,
    of: (sound) => ({
      ...sound,
      run: (work) =>
        sound.run(async (tx) => {
          const inner: typeof sound = fromSqlite(tx);
          return inner.run(work);
        }),
    }),
  },
];

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function caseOf(fails: RegExp, kind: 'postgres' | 'sqlite') {
  const cases = transactionContract.filter(({ name }) => fails.test(name));
  if (cases.length !== 1) throw new Error(`${cases.length} cases are called ${fails}`);
  const [it] = cases;
  if (it?.on !== undefined && it.on !== kind) throw new Error(`${it.name} is not for ${kind}`);
  return it as (typeof transactionContract)[number];
}

const failure = (it: Promise<unknown>) =>
  it.then(
    () => 'nothing failed',
    () => 'failed',
  );

describe('the contract catches, on Postgres, one that', () => {
  let twin: Twin<Pg> | undefined;
  const site = postgresSiteOf(async (connectionString): Promise<Client<PoolClient>> => {
    const pool = new Pool({ connectionString });
    pool.on('error', () => undefined);
    const transactions = fromPg(pool);
    return {
      transactions: { useFactory: () => twin?.of(transactions, pool) ?? transactions },
      database: pool,
      order: (client, id) => client.query('INSERT INTO orders (id) VALUES ($1)', [id]),
      // What a twin leaves open ends with its server.
      close: () => Promise.race([pool.end(), new Promise((resolve) => setTimeout(resolve, 50))]),
    };
  });
  it.each(onPostgres.map((it) => [nameOf(it), it] as const))('%s', async (_, each) => {
    twin = each;
    const { run } = caseOf(each.fails, 'postgres');
    expect(await failure(within(site, run))).toBe('failed');
  });
});

describe('the contract catches, on SQLite, one that', () => {
  const library = Libsql as unknown as SqliteLibrary;
  it.each(onSqlite.map((it) => [nameOf(it), it] as const))('%s', async (_, each) => {
    const open = async (file: string): Promise<Client<SqliteTransactionDatabase>> => {
      const database = new library(file) as SqliteTransactionDatabase & { close(): unknown };
      const sound = fromSqlite(database);
      return {
        transactions: { useFactory: () => each.of(sound, undefined as never) },
        database,
        order: async (tx, id) => tx.prepare('INSERT INTO orders (id) VALUES (?)').run([id]),
        close: async () => database.close(),
      };
    };
    const { run } = caseOf(each.fails, 'sqlite');
    expect(await failure(within(() => sqliteSite(library, open), run))).toBe('failed');
  });
});
