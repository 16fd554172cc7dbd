import { Pool, type Client } from 'pg';
import { NO_WAKE_TIME } from 'nestjs-saga-orchestrator/core';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { tcpProxy } from '../../support/tcp-proxy.js';
import { batchOf, Load, NAME, newSaga, OWNER, verify, wait } from '../append-load.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();

async function until(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !isSo();) {
    expect(performance.now()).toBeLessThan(end);
    await wait(20);
  }
}

describe('a server that goes away while sagas are written', () => {
  for (const how of ['fast', 'immediate'] as const) {
    it(`loses nothing and writes nothing twice over a restart (${how})`, async () => {
      const journal = await store.opened({ schema: store.schema() });
      const load = new Load(journal, how).start(32);
      for (let round = 0; round < 3; round++) {
        await load.progress();
        await store.server.restart(how);
      }
      await load.progress();
      await load.stop();
      expect(await verify(journal, load.told)).toEqual({ failed: 0 });
      expect(load.told.length).toBeGreaterThan(32);
    });
  }

  it('loses nothing and writes nothing twice when its sessions are ended', async () => {
    const journal = await store.opened({ schema: store.schema() });
    const load = new Load(journal, 'terminated').start(32);
    let ended = 0;
    for (let round = 0; round < 40; round++) {
      await wait(20 + Math.random() * 30);
      ended += await store.server.terminateBackends();
    }
    await load.stop();
    expect(ended).toBeGreaterThan(20);
    expect(await verify(journal, load.told)).toEqual({ failed: 0 });
  });

  it('fails with a journal error when it stays away too long, and works again afterwards', async () => {
    const { url } = store.server;
    const between = store.closing(await tcpProxy(url));
    const journal = store.closing(
      postgresJournal({
        connectionString: between.url,
        schema: store.schema(),
        statementTimeoutMs: 200,
        connectTimeoutMs: 200,
        reconnectMs: 300,
      }),
    );
    await journal.open();
    const load = new Load(journal, 'silent').start(8);
    await wait(100);
    between.swallows = 'everything';
    const failed = () => load.told.filter(({ failure }) => failure !== undefined).length;
    await until(() => failed() > 0);
    await expect(journal.get({ name: NAME, id: 'x' })).rejects.toMatchObject({
      code: 'SAGA_JOURNAL',
    });
    await expect(journal.heartbeat(OWNER, 900)).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
    between.swallows = 'nothing';
    const written = () => load.told.filter(({ acknowledged }) => acknowledged > 0).length;
    const before = written();
    await until(() => written() > before);
    await load.stop();
    await verify(journal, load.told);
  });

  it('survives a half-open connection within the time that calls wait', async () => {
    const between = store.closing(await tcpProxy(store.server.url));
    const settings = { statementTimeoutMs: 200, connectTimeoutMs: 500, reconnectMs: 20_000 };
    const options = { connectionString: between.url, schema: store.schema(), ...settings };
    const journal = store.closing(postgresJournal(options));
    await journal.open();
    const load = new Load(journal, 'half').start(8);
    await wait(100);
    between.swallows = 'everything';
    await wait(1_500);
    between.swallows = 'nothing';
    await load.progress();
    await load.stop();
    expect(await verify(journal, load.told)).toEqual({ failed: 0 });
  });

  it('tells that it was written when the answer to a commit was lost', async () => {
    const between = store.closing(await tcpProxy(store.server.url));
    const schema = store.schema();
    const settings = { statementTimeoutMs: 200, connectTimeoutMs: 300, reconnectMs: 20_000 };
    const options = { connectionString: between.url, schema, ...settings };
    const journal = store.closing(postgresJournal(options));
    await journal.open();
    await journal.create(newSaga('warm-up'));
    for (const [step, table] of [
      [() => journal.create(newSaga('lost')), 'sagas'],
      [() => journal.append(batchOf('lost', 2)), 'saga_appends'],
      [() => journal.append({ ...batchOf('lost', 3), sleep: { until: null } }), 'saga_appends'],
    ] as const) {
      const count = `SELECT count(*)::int AS count FROM ${schema}.${table}`;
      const [before] = await store.query(count);
      between.swallows = 'answers';
      const writing = step();
      await wait(600);
      // The fault has struck: it is committed, and the journal does not know.
      expect((await store.query(count))[0]?.['count']).toBe(before?.['count'] + 1);
      between.swallows = 'nothing';
      await expect(writing).resolves.toBeUndefined();
    }
    const kept = await journal.load({ name: NAME, id: 'lost' });
    expect(kept?.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(kept?.row).toMatchObject({ owner: null, wakeAt: NO_WAKE_TIME });
  });

  it('hands out again what a claim took when its answer was lost', async () => {
    const between = store.closing(await tcpProxy(store.server.url));
    const schema = store.schema();
    const settings = { statementTimeoutMs: 200, connectTimeoutMs: 300, reconnectMs: 0 };
    const options = { connectionString: between.url, schema, ...settings };
    const journal = store.closing(postgresJournal(options));
    await journal.open();
    for (const id of ['a', 'b', 'c']) await journal.create(newSaga(id));
    await journal.heartbeat('process-bert', 60_000);
    const claim = { owner: 'process-bert', names: [NAME], limit: 2 };
    between.swallows = 'answers';
    await expect(journal.claim(claim)).rejects.toMatchObject({ code: 'SAGA_JOURNAL' });
    const taken = `SELECT id FROM ${schema}.sagas WHERE owner = 'process-bert' ORDER BY saga`;
    expect(await store.query(taken)).toEqual([{ id: 'a' }, { id: 'b' }]);
    between.swallows = 'nothing';
    const rows = await journal.claim({ ...claim, limit: 10 });
    expect(rows.map(({ id, epoch }) => [id, epoch])).toEqual([
      ['a', 3],
      ['b', 3],
      ['c', 2],
    ]);
    expect(await journal.claim(claim)).toEqual([]);
  });

  it('opens, whichever of its statements loses its session', async () => {
    const schema = store.schema();
    for (let lost = 1, fired = true; fired; lost++) {
      fired = false;
      let statement = 0;
      const pool = new Pool({ connectionString: store.server.url });
      pool.on('connect', (client: Client) => {
        const query = client.query.bind(client) as (...args: unknown[]) => unknown;
        client.query = (async (...args: unknown[]) => {
          statement += 1;
          if (statement === lost) {
            fired = true;
            await store.server.terminateBackends();
          }
          return query(...args);
        }) as never;
      });
      const journal = postgresJournal({ pool, schema });
      await journal.open();
      await journal.close();
      await pool.end();
      // Begun anew by the retry: at least as many again.
      if (fired) expect(statement).toBeGreaterThan(lost);
      else expect(lost).toBeGreaterThan(5);
      await store.query(`DROP SCHEMA "${schema}" CASCADE`);
    }
  });
});
