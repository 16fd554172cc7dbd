import pg from 'pg';
import { bareSagas } from './bare-saga.mjs';
import { checkServer } from './server-statistics.mjs';

/** The first records are part of the saga's row, as in our journal. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sagas (
    saga bigint PRIMARY KEY, created_at bigint NOT NULL, updated_at bigint NOT NULL, version bigint NOT NULL,
    status text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL,
    input text COLLATE "C" NOT NULL, records text COLLATE "C" NOT NULL, UNIQUE (name, id));
  CREATE INDEX IF NOT EXISTS live ON sagas (created_at) WHERE status = 'running';
  CREATE TABLE IF NOT EXISTS appends (
    saga bigint NOT NULL, seq integer NOT NULL, written_at bigint NOT NULL,
    records text COLLATE "C" NOT NULL, PRIMARY KEY (saga, seq))`;

const CREATE = `INSERT INTO sagas (saga, created_at, updated_at, id, input, records, name, version, status)`;
const APPEND = 'INSERT INTO appends (saga, seq, written_at, records)';
const END = "UPDATE sagas SET status = 'completed', updated_at =";

/** For one write alone: the server takes two thirds of the time that arrays of one take. */
const ONE = {
  create: `${CREATE} VALUES ($1, $2, $2, $3, $4, $5, 'PlaceOrder', 1, 'running')`,
  append: `${APPEND} VALUES ($1, $2, $3, $4)`,
  end: `WITH ended AS (${END} $3 WHERE saga = $1) ${APPEND} VALUES ($1, $2, $3, $4)`,
};
/** For all others: an array per column, empty where there is nothing to be written. */
const ALL = `WITH
  created AS (${CREATE} SELECT i.saga, i.now, i.now, i.id, i.input, i.records, 'PlaceOrder', 1, 'running'
    FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])
      AS i (saga, now, id, input, records)),
  ended AS (${END} $10 WHERE saga = ANY($11::bigint[]))
  ${APPEND} SELECT * FROM unnest($6::bigint[], $7::integer[], $8::bigint[], $9::text[])`;

function one({ saga, seq, now, records, id, input, ended }) {
  if (id !== undefined) return { name: 'create', values: [saga, now, id, input, records] };
  return { name: ended ? 'end' : 'append', values: [saga, seq, now, records] };
}

function all(writes) {
  const created = writes.filter(({ id }) => id !== undefined);
  const appended = writes.filter(({ id }) => id === undefined);
  const ended = writes.filter((write) => write.ended).map(({ saga }) => saga);
  const columns = (from, names) => names.map((name) => from.map((write) => write[name]));
  return [
    ...columns(created, ['saga', 'now', 'id', 'input', 'records']),
    ...columns(appended, ['saga', 'seq', 'now', 'records']),
    Date.now(),
    ended,
  ];
}

/** The rows that our journal writes, by hand: by one connection, whose statements are prepared. */
export async function startBarePostgres(config, ledger) {
  const client = new pg.Client({ connectionString: config.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query('SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off');
  await client.query('SET enable_hashjoin = off; SET enable_mergejoin = off');
  const number = async (text, values) => Number((await client.query(text, values)).rows[0].n);
  const lastKey = await number('SELECT coalesce(max(saga), 0) AS n FROM sagas');
  const commit = async (writes) => {
    if (writes.length > 1) return client.query({ name: 'all', text: ALL, values: all(writes) });
    const { name, values } = one(writes[0]);
    return client.query({ name, text: ONE[name], values });
  };
  const COUNT = `SELECT count(*) AS n FROM sagas s WHERE saga > $1 AND status = 'completed'
    AND (SELECT count(*) FROM appends a WHERE a.saga = s.saga) = 3`;
  return {
    run: bareSagas({ lastKey, commit }, ledger),
    ended: () => number(COUNT, [lastKey]),
    checkDurability: () => checkServer(config.url),
    close: () => client.end(),
  };
}
