import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { ACCOUNTS, CENTS_EACH, type Accounts, type Effect, type Movement } from './accounts.js';

// Every call is one statement, or several that may stand alone: a client that is paused in the middle
// of a transaction would keep the accounts locked for all.

const MOVE = `
  WITH noted AS (
    INSERT INTO effects (key, transfer, what, cents) VALUES ($1, $2, $3, $4)
      ON CONFLICT DO NOTHING RETURNING cents
  )
  UPDATE accounts SET cents = accounts.cents + noted.cents FROM noted WHERE id = $5`;
const CLOSE = `
  INSERT INTO effects (key, transfer, what, cents) VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`;
const TAKE_BACK = `
  WITH noted AS (
    INSERT INTO effects (key, transfer, what, cents)
      SELECT $2, $3, $4, -cents FROM effects WHERE key = $1 AND cents <> 0
      ON CONFLICT DO NOTHING RETURNING cents
  )
  UPDATE accounts SET cents = accounts.cents + noted.cents FROM noted WHERE id = $5`;

function schemaSql(schema: string): string {
  return `
    BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('${schema}'));
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS accounts (id int PRIMARY KEY, cents bigint NOT NULL);
    CREATE TABLE IF NOT EXISTS effects (
      key text PRIMARY KEY, transfer text NOT NULL, what text NOT NULL, cents int NOT NULL
    );
    INSERT INTO accounts SELECT id, ${CENTS_EACH} FROM generate_series(1, ${ACCOUNTS}) id
      ON CONFLICT DO NOTHING;
    COMMIT;
  `;
}

/** A session that is ended from outside is an error of the query in flight, if there is one. */
function ignore(): void {}

export class PostgresAccounts implements Accounts {
  readonly #pool: Pool;

  constructor(
    connectionString: string,
    private readonly schema: string,
    max = 4,
  ) {
    const options = `-c search_path=${schema}`;
    this.#pool = new Pool({ connectionString, options, max });
    this.#pool.on('error', ignore);
    this.#pool.on('connect', (client) => client.on('error', ignore));
  }

  /** For a journal that shares it. */
  get pool(): Pool {
    return this.#pool;
  }

  /** Sessions are ended at any time, also while this makes the tables. */
  async open(): Promise<void> {
    for (let left = 20; ; left -= 1) {
      try {
        await this.#pool.query(schemaSql(this.schema));
        return;
      } catch (error) {
        if (left === 0) throw error;
        await sleep(100);
      }
    }
  }

  async move({ key, transfer, label, cents, account }: Movement): Promise<void> {
    await this.#pool.query(MOVE, [key, transfer, `do ${label}`, cents, account]);
  }

  async takeBack({ key, transfer, label, account }: Movement, undoKey: string): Promise<void> {
    await this.#pool.query(CLOSE, [key, transfer, `closed ${label}`]);
    await this.#pool.query(TAKE_BACK, [key, undoKey, transfer, `undo ${label}`, account]);
  }

  async has(key: string): Promise<boolean> {
    return (await this.#pool.query('SELECT 1 FROM effects WHERE key = $1', [key])).rows.length > 0;
  }

  async total(): Promise<number> {
    const { rows } = await this.#pool.query('SELECT sum(cents)::float8 AS total FROM accounts');
    return (rows[0] as { total: number }).total;
  }

  async effects(): Promise<readonly Effect[]> {
    return (await this.#pool.query('SELECT transfer, what, cents FROM effects')).rows as Effect[];
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
