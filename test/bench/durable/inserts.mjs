import { join } from 'node:path';
import pg from 'pg';
import { foundDriver, walDurability } from './sqlite.mjs';
import { checkServer } from './server-statistics.mjs';

/** As often as a saga of three steps is written, and as much as that is each time. */
const COMMITS = 4;
const RECORDS = JSON.stringify({ head: 'x'.repeat(160) });
const COLUMNS = 'saga INTEGER NOT NULL, seq INTEGER NOT NULL, records TEXT NOT NULL';

/** Texts that are committed one after the other, with nothing around them. */
async function writeAll(insert, ledger) {
  const { order } = ledger.open(false);
  for (let seq = 1; seq <= COMMITS; seq++) {
    await insert(order, seq, RECORDS);
    if (seq < COMMITS) ledger.act(order);
  }
}

/** By the driver that the journal uses, and as durable. */
export async function startSqliteInserts(config, ledger) {
  const driver = await foundDriver(config.lib);
  const connection = driver.open(join(config.folder, `inserts-${process.pid}.db`));
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec(`CREATE TABLE inserts (${COLUMNS}, PRIMARY KEY (saga, seq)) STRICT`);
  const insert = connection.prepare('INSERT INTO inserts VALUES (?, ?, ?)');
  return {
    run: () => writeAll((...values) => insert.run(...values), ledger),
    ended: () => connection.prepare('SELECT count(*) AS n FROM inserts').get().n / COMMITS,
    checkDurability: () => walDurability(driver, connection),
    close: () => connection.close(),
  };
}

/** By one connection, whose statement is prepared. */
export async function startPostgresInserts(config, ledger) {
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  const table = `inserts_${process.pid}`;
  await client.query(`CREATE TABLE ${table} (${COLUMNS}, PRIMARY KEY (saga, seq))`);
  const text = `INSERT INTO ${table} VALUES ($1, $2, $3)`;
  const insert = (...values) => client.query({ name: 'insert', text, values });
  return {
    run: () => writeAll(insert, ledger),
    async ended() {
      const { rows } = await client.query(`SELECT count(*) AS n FROM ${table}`);
      return Number(rows[0].n) / COMMITS;
    },
    checkDurability: () => checkServer(config.url),
    close: () => client.end(),
  };
}
