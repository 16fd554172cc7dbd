import { join } from 'node:path';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { ANNA, BERT, claimedIds, created, NAME } from '../../lib/testing/contract/fixtures.js';
import { findDriver } from '../../lib/journals/sqlite/find-driver.js';
import { wait } from './append-load.js';
import { postgresStore } from './postgres-store.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';

const LEASE = 300;
const HOUR = 3_600_000;
const SET_BACK = `SET alive_until = alive_until + ${HOUR}`;

const store = postgresStore();
afterAll(removeTempFolders);

/** A journal, and what makes all that its owners have said as old as if its clock were set back. */
type Stepped = readonly [journal: Journal, setBack: () => Promise<unknown>];

async function onSqlite(): Promise<Stepped> {
  const file = join(tempFolder(), 'sagas.db');
  const journal = store.closing(sqliteJournal({ file }));
  await journal.open();
  const setBack = async (): Promise<void> => {
    const database = (await findDriver()).open(file);
    database.exec(`UPDATE saga_owners ${SET_BACK}`);
    database.close();
  };
  return [journal, setBack];
}

async function onPostgres(): Promise<Stepped> {
  const schema = store.schema();
  const journal = await store.opened({ schema });
  return [journal, () => store.query(`UPDATE ${schema}.saga_owners ${SET_BACK}`)];
}

describe.each([
  ['SQLite', onSqlite],
  ['Postgres', onPostgres],
])('a clock of the store that is set back an hour, on %s (semantics 28d)', (_, open) => {
  it('does not keep the sagas of a dead process for longer than a lease', async () => {
    const [journal, setBack] = await open();
    await journal.heartbeat(ANNA, LEASE);
    const { id } = await created(journal, { owner: ANNA });
    await setBack();
    await journal.heartbeat(BERT, LEASE);
    expect(await claimedIds(journal, BERT)).toEqual([]);
    await wait(LEASE + 50);
    await journal.heartbeat(BERT, LEASE);
    expect(await claimedIds(journal, BERT)).toEqual([id]);
  });

  it('takes nothing from a process that lives, whoever has the shorter lease', async () => {
    const [journal, setBack] = await open();
    await journal.heartbeat(ANNA, HOUR);
    await created(journal, { name: NAME, owner: ANNA });
    await setBack();
    await journal.heartbeat(BERT, LEASE);
    await wait(LEASE + 50);
    await journal.heartbeat(BERT, LEASE);
    expect(await claimedIds(journal, BERT)).toEqual([]);
  });
});
