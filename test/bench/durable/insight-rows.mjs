import pg from 'pg';
import { foundDriver } from './sqlite.mjs';

const DAY = 86_400_000;
/** How many are not at rest, and how many are parked, whatever there is besides. */
const UNFINISHED = 2_050;
const PARKED = 500;

const HEAD = `{"type":"done","label":"Charge","attempt":1,"pivot":false}`;
const RECORDS = `[[1,1700000000000,1,${HEAD},"\\"tx\\""]]`;

/** What both stores write of saga number `n`, of which the newest are unfinished. */
function columns(sagas, now) {
  const number = `(${sagas} - n)`;
  const status = `CASE WHEN ${number} < ${UNFINISHED} THEN CASE n % 2 WHEN 0 THEN 'running' ELSE 'compensating' END
    WHEN n % ${Math.floor(sagas / PARKED)} = 0 THEN 'parked' WHEN n % 10 = 0 THEN 'compensated' ELSE 'completed' END`;
  const created = `${now} - ${number} * ${Math.floor((30 * DAY) / sagas)}`;
  return {
    ...{ created_at: created, updated_at: `${created} + (n * 7919) % 90000`, status },
    ...{
      version: '1',
      epoch: '1',
      recoveries: '0',
      name: `'Saga' || (n % 20)`,
      id: `'order-' || n`,
    },
    ...{
      fingerprint: `'f' || (n % 20)`,
      owner: `CASE WHEN ${number} < ${UNFINISHED} THEN 'process-' || (n % 4) END`,
    },
    ...{
      park_reason: `CASE WHEN ${number} >= ${UNFINISHED} AND n % ${Math.floor(sagas / PARKED)} = 0 THEN 'in-doubt' END`,
    },
    ...{
      key: `CASE WHEN n % 2 = 0 THEN 'account-' || (n % 5000) END`,
      tags: `'{"tenant":"t' || (n % 50) || '"}'`,
    },
    input: `'{"order":' || n || ',"text":"' || 'some words of an order of usual length' || '"}'`,
  };
}

function listed(of) {
  return [Object.keys(of).join(', '), Object.values(of).join(', ')];
}

/** The journal's tables are there already. */
export async function fillSqlite(lib, file, sagas) {
  const driver = await foundDriver(lib);
  const connection = driver.open(file);
  const now = Date.now();
  const of = columns(sagas, now);
  const [names, values] = listed({ ...of, saga: 'n', at_rest: `(${sagas} - n) >= ${UNFINISHED}` });
  const series = `WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < ${sagas})`;
  connection.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN');
  connection.exec(`INSERT INTO sagas (${names}) ${series} SELECT ${values} FROM s`);
  connection.exec(`INSERT INTO saga_appends (saga, seq, written_at, records)
    SELECT saga, k, updated_at, '${RECORDS}' FROM sagas, (SELECT 1 AS k UNION ALL SELECT 2 UNION ALL SELECT 3)`);
  connection.exec(`INSERT INTO saga_tags (application, name, value, created_at, saga)
    SELECT '', 'tenant', tags ->> 'tenant', created_at, saga FROM sagas`);
  connection.exec('COMMIT');
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
}

export async function fillPostgres(url, sagas) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const of = columns(sagas, `${Date.now()}::bigint`);
  const [names, values] = listed({
    ...of,
    ...{ created_in: '1', initial_seq: '1', initial_records: `'${RECORDS}'` },
  });
  await client.query(`INSERT INTO saga.sagas (${names})
    SELECT ${values} FROM generate_series(1, ${sagas}::bigint) n`);
  await client.query(`INSERT INTO saga.saga_appends (saga, written_in, written_at, first_seq, last_seq, records)
    SELECT saga, 1, updated_at, k, k, '${RECORDS}' FROM saga.sagas, generate_series(2, 3) k ORDER BY updated_at`);
  await client.query(`INSERT INTO saga.saga_tags (application, name, value, created_at, saga)
    SELECT '', 'tenant', tags::json ->> 'tenant', created_at, saga FROM saga.sagas`);
  await client.query('VACUUM ANALYZE');
  await client.end();
}
