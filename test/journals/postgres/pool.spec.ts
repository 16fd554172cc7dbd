import { Client, Pool } from 'pg';
import { defineSaga, silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { created, sagaOf } from '../../../lib/testing/contract/fixtures.js';
import { rejectionOf } from '../../support/shop.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();
/** Far less than a server that is away is waited for (30 s), far more than what is meant here. */
const SOON_MS = 5_000;

const WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

const poolOf = (): Pool => new Pool({ connectionString: store.server.url, max: 3 });

async function soon<T>(work: Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await work;
  expect(performance.now() - began).toBeLessThan(SOON_MS);
  return value;
}

describe('a pool that was handed in and is ended before the journal is closed', () => {
  it('gets the connection of the writer back, so that its end comes', async () => {
    const pool = poolOf();
    const journal = await store.opened({ pool, schema: store.schema() });
    await created(journal);
    await soon(pool.end());
  });

  it('gets it back also while one write follows the other', async () => {
    const pool = poolOf();
    const journal = await store.opened({ pool, schema: store.schema() });
    let writes = 0;
    const writer = async (): Promise<void> => {
      for (;;) {
        await journal.create(sagaOf({ id: `s-${writes}` }));
        writes += 1;
      }
    };
    const failed = rejectionOf(writer());
    while (writes < 50) await new Promise((resolve) => setImmediate(resolve));
    await soon(pool.end());
    expect(await soon(failed)).toMatchObject({ code: 'SAGA_JOURNAL' });
  });

  it('is no server that is away: nobody waits for it', async () => {
    const pool = poolOf();
    const journal = await store.opened({ pool, schema: store.schema() });
    await soon(pool.end());
    for (const call of [() => journal.list({}), () => journal.create(sagaOf())]) {
      expect(await soon(rejectionOf(call()))).toMatchObject({
        code: 'SAGA_JOURNAL',
        message: 'The pool of the journal was ended before the journal was closed',
      });
    }
  });

  it('forgets who waits for a connection of it: they are told', async () => {
    const pool = poolOf();
    const journal = await store.opened({ pool, schema: store.schema() });
    // The writer has the third one.
    const lent = await Promise.all([pool.connect(), pool.connect()]);
    const waiting = rejectionOf(journal.list({}));
    const ended = pool.end();
    expect(await soon(waiting)).toMatchObject({ code: 'SAGA_JOURNAL' });
    for (const client of lent) client.release();
    await soon(ended);
  });

  it('does not hold up the close of an engine', async () => {
    const pool = poolOf();
    const journal = postgresJournal({ pool, schema: store.schema() });
    const engine = store.closing(new InProcessEngine({ journal, logger: silentLogger }));
    const plan = defineSaga('Transfer', [{ label: 'Debit', action: () => 1, pivot: true }]);
    engine.register(plan);
    await engine.recover();
    await (await engine.start(plan, {}, {})).result();
    const ended = pool.end();
    await soon(engine.close().catch(() => undefined));
    await soon(ended);
  });
});

describe('a pool that was handed in', () => {
  it('gets back what it has lent as it was, and makes no connection anew for each call', async () => {
    const pool = poolOf();
    let made = 0;
    pool.on('connect', () => (made += 1));
    const journal = await store.opened({ pool, schema: store.schema() });
    for (let call = 0; call < 10; call += 1) await journal.list({});
    expect(made).toBeLessThanOrEqual(3);
    await journal.close();
    await pool.end();
  });
});

describe('a journal that is closed', () => {
  it('answers first what it was asked before', async () => {
    const schema = store.schema();
    const journal = await store.opened({ schema });
    const saga = await created(journal);
    const other = new Client({ connectionString: store.server.url });
    await other.connect();
    try {
      await other.query(`BEGIN; SELECT 1 FROM "${schema}".sagas FOR UPDATE`);
      const asked = journal.requestCancel(saga, 'too late');
      let closed = false;
      const closing = journal.close().then(() => (closed = true));
      await until(async () => (await store.query(WAITING)).length > 0);
      expect(closed).toBe(false);
      await other.query('COMMIT');
      await asked;
      await closing;
    } finally {
      await other.end();
    }
    const again = await store.opened({ schema });
    expect(await again.get(saga)).toMatchObject({ cancelReason: 'too late' });
  });
});
