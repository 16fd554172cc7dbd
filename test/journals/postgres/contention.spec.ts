import { Client } from 'pg';
import { isSagaError, type Journal, type SagaRow } from 'nestjs-saga-orchestrator/core';
import { batchOf, NAME, newSaga } from '../append-load.js';
import { postgresStore } from '../postgres-store.js';

const store = postgresStore();
const SAGAS = 120;
const ids = Array.from({ length: SAGAS }, (_, index) => `saga-${index}`);

/** Appends to its saga until it has lost it; tells how much it wrote. */
async function appendUntilLost(journal: Journal, id: string): Promise<number> {
  for (let seq = 2; ; seq++) {
    try {
      await journal.append(batchOf(id, seq));
    } catch (error) {
      expect(isSagaError(error, 'SAGA_LEASE_LOST')).toBe(true);
      return seq - 2;
    }
  }
}

/** Takes over what it can get, and appends to it as its new owner. */
async function takeOver(journal: Journal, owner: string): Promise<readonly SagaRow[]> {
  await journal.heartbeat(owner, 60_000);
  const taken: SagaRow[] = [];
  for (let idle = 0; idle < 100;) {
    const rows = await journal.claim({ owner, names: [NAME], limit: 7 });
    idle = rows.length === 0 ? idle + 1 : 0;
    taken.push(...rows);
    await Promise.all(
      rows.map(async (row) => {
        const { entries } = (await journal.load(row)) ?? { entries: [] };
        const { epoch } = row;
        const [entry] = batchOf(row.id, entries.length + 1).entries;
        if (entry === undefined) throw new Error('no entry');
        const batch = { ...batchOf(row.id, 0), owner, epoch, entries: [{ ...entry, epoch }] };
        // Whoever wrote after the claim would have taken this seq.
        await journal.append(batch);
      }),
    );
  }
  return taken;
}

it('an append and a claim at the same time: who comes second is told, and writes nothing', async () => {
  const schema = store.schema();
  const [anna, bert, carl] = [
    await store.opened({ schema }),
    await store.opened({ schema }),
    await store.opened({ schema }),
  ];
  // Her heartbeat never was: everybody may take what she works on.
  await Promise.all(ids.map((id) => anna.create(newSaga(id))));
  const appending = Promise.all(ids.map((id) => appendUntilLost(anna, id)));
  const taken = await Promise.all([takeOver(bert, 'bert'), takeOver(carl, 'carl')]);
  const written = await appending;

  expect(
    taken
      .flat()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...ids].sort());
  expect(Math.max(...written)).toBeGreaterThan(0);
  for (const [index, id] of ids.entries()) {
    const { row, entries } = (await anna.load({ name: NAME, id })) ?? { entries: [] };
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
    // All of hers, then the one of the new owner, and nothing after it.
    expect(entries.map(({ epoch }) => epoch)).toEqual([
      ...Array(1 + (written[index] ?? 0)).fill(1),
      2,
    ]);
    expect([row?.epoch, row?.recoveries]).toEqual([2, 0]);
  }
});

it('many processes that start the same ids: each saga is created once', async () => {
  const schema = store.schema();
  const handles = await Promise.all([1, 2, 3].map(() => store.opened({ schema })));
  const created = await Promise.all(
    handles.flatMap((journal, who) => {
      // Each in an order of its own: waiting for each other in a circle would be a deadlock.
      const order = who === 0 ? ids : ids.toReversed();
      return order.map(async (id) => {
        const existing = await journal.create({ ...newSaga(id), owner: `process-${who}` });
        return existing === undefined ? [id, `process-${who}`] : undefined;
      });
    }),
  );
  const winners = created.filter((winner) => winner !== undefined);
  expect(winners.map(([id]) => id).sort()).toEqual([...ids].sort());
  for (const [id = '', owner] of winners) {
    expect((await handles[0]?.get({ name: NAME, id }))?.owner).toBe(owner);
  }
});

it('all appends of a turn share a commit', async () => {
  const schema = store.schema();
  const journal = await store.opened({ schema });
  await Promise.all(ids.map((id) => journal.create(newSaga(id))));
  await Promise.all(ids.map((id) => journal.append(batchOf(id, 2))));
  const writes = await store.query(
    `SELECT count(DISTINCT created_in)::int AS creates FROM ${schema}.sagas`,
  );
  const appends = await store.query(
    `SELECT count(DISTINCT written_in)::int AS appends FROM ${schema}.saga_appends`,
  );
  expect([writes[0]?.['creates'], appends[0]?.['appends']]).toEqual([1, 1]);
});

it('a claim that is under way is answered once: another one of the same process takes nothing of it', async () => {
  const journal = await store.opened({ schema: store.schema() });
  await journal.heartbeat('bert', 60_000);
  for (const id of ids) {
    await journal.create(newSaga(id));
    const claim = { owner: 'bert', names: [NAME], limit: 10 };
    const taken = await Promise.all([
      journal.claim({ ...claim, id }),
      journal.claim({ ...claim, recoveries: { below: 9 } }),
      journal.claim({ ...claim, id }),
    ]);
    expect(taken.flat().map(({ epoch }) => epoch)).toEqual([2]);
  }
});

it('a create that an open transaction holds up lets the writes beside it through (77a)', async () => {
  const schema = store.schema();
  const journal = await store.opened({ schema });
  await Promise.all(ids.map((id) => journal.create(newSaga(id))));
  const client = new Client({ connectionString: store.server.url });
  await client.connect();
  store.closing({ close: () => client.end() });
  await client.query('BEGIN');
  const columns = `saga, application, name, id`;
  const copied = (
    await store.query(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = $1 AND table_name = 'sagas'`,
      [schema],
    )
  )
    .map(({ column_name }) => String(column_name))
    .filter((name) => !columns.includes(name));
  const others = copied.join(', ');
  await client.query(
    `INSERT INTO ${schema}.sagas (application, name, id, ${others}) SELECT application, name, 'held', ${others} FROM ${schema}.sagas LIMIT 1`,
  );
  const held = [journal.create(newSaga('held')), journal.create(newSaga('held'))];
  const since = performance.now();
  await Promise.all([
    ...ids.map((id) => journal.append(batchOf(id, 2))),
    ...['new-1', 'new-2', 'new-3'].map((id) => journal.create(newSaga(id))),
  ]);
  // Once its wait is known, it is in no group any more.
  await Promise.all(ids.map((id) => journal.append(batchOf(id, 3))));
  expect(performance.now() - since).toBeLessThan(1_500);
  await client.query('ROLLBACK');
  const existing = await Promise.all(held);
  expect(existing.flatMap((row) => row?.id ?? [])).toEqual(['held']);
  for (const id of ['new-1', 'held']) {
    expect((await journal.load({ name: NAME, id }))?.entries).toHaveLength(1);
  }
});
