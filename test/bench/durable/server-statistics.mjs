import pg from 'pg';

async function ask(url, text, values = []) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

/** The settings of a new session. @throws unless a commit is durable when it is acknowledged. */
export async function checkServer(url) {
  const names = [...Object.keys(DURABLE), 'wal_sync_method', 'server_version'];
  const found = {};
  for (const name of names) {
    found[name] = (await ask(url, 'SELECT current_setting($1) AS value', [name]))[0].value;
  }
  for (const [name, value] of Object.entries(DURABLE)) {
    if (found[name] !== value) throw new Error(`not durable: ${JSON.stringify(found)}`);
  }
  return found;
}

const COUNTERS = `SELECT
  (SELECT xact_commit FROM pg_stat_database WHERE datname = $1) AS commits,
  (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal') AS syncs,
  (SELECT count(*) FROM pg_stat_activity
    WHERE datname = $1 AND backend_type = 'client backend') AS sessions`;

/**
 * What the server has counted so far for a database: its commits, and the syncs of the log. A
 * session tells its counts at the latest when it ends, so this waits for the end of all.
 */
export async function counters(url) {
  const database = new URL(url).pathname.slice(1);
  const other = new URL(url);
  // Asked from another database: the question is a commit, too.
  other.pathname = '/postgres';
  for (let attempt = 0; attempt < 100; attempt++) {
    const [row] = await ask(other.href, COUNTERS, [database]);
    if (Number(row.sessions) === 0) {
      // Servers before 18 do not count them there.
      const syncs = row.syncs === null ? NaN : Number(row.syncs);
      return { commits: Number(row.commits), syncs };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sessions of ${database} do not end`);
}

/** Drops a database that {@link createDatabase} has made. */
export async function dropDatabase(server, url) {
  await ask(server, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
}

/** Makes a database and answers its address. */
export async function createDatabase(server, name) {
  await ask(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
