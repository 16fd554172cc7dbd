// How long after the commit of a transaction the first step of the saga begins that was started in it:
//   npm run bench:in-transaction [-- orders]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { defineSaga, NOTHING_TO_UNDO, silentLogger } from '../../dist/lib/core/index.js';
import { InProcessEngine } from '../../dist/lib/engines/in-process/index.js';
import { postgresJournal } from '../../dist/lib/journals/postgres/index.js';
import { sqliteJournal } from '../../dist/lib/journals/sqlite/index.js';
import { fromPg, fromSqlite } from '../../dist/lib/transactions/index.js';
import pg from 'pg';

const ORDERS = Number(process.argv[2] ?? 300);
/** How long the transaction stays open after the start, in ms. */
const OPEN_MS = [0, 20, 200];
const GOAL_MS = 50;

const begun = new Map();
const action = ({ sagaId }) => begun.get(sagaId)(performance.now());
const plan = defineSaga('PlaceOrder', [{ label: 'Ship', action, compensate: NOTHING_TO_UNDO }]);

const at = (sorted, share) => sorted[Math.ceil(share * sorted.length) - 1].toFixed(1);

async function measure(name, journal, transactions) {
  const engine = new InProcessEngine({ journal, transactions, logger: silentLogger });
  engine.register(plan);
  await engine.recover();
  for (const openMs of OPEN_MS) {
    const times = [];
    const orders = openMs > 100 ? ORDERS / 3 : ORDERS;
    for (let order = 0; order < orders; order++) {
      const id = `${openMs}-${order}`;
      const first = new Promise((resolve) => begun.set(id, resolve));
      await transactions.run(async (transaction) => {
        await engine.start(plan, {}, { id, transaction });
        if (openMs > 0) await sleep(openMs);
      });
      const committed = performance.now();
      times.push((await first) - committed);
    }
    // The first ones find code that was never run.
    const sorted = times.slice(10).sort((a, b) => a - b);
    const p99 = at(sorted, 0.99);
    const verdict = p99 <= GOAL_MS ? '' : ` ✘ more than ${GOAL_MS} ms`;
    console.log(
      `${name}, open for ${openMs} ms: p50 ${at(sorted, 0.5)} ms, p99 ${p99} ms${verdict}`,
    );
  }
  await engine.close();
}

const folder = mkdtempSync(join(tmpdir(), 'saga-bench-'));
const file = join(folder, 'sagas.db');
const database = new Database(file);
database.exec('PRAGMA journal_mode = wal');
await measure('SQLite', sqliteJournal({ file }), fromSqlite(database));
database.close();
rmSync(folder, { recursive: true });

const connectionString = process.env.DATABASE_URL;
if (connectionString === undefined) throw new Error('Run it by npm run with-postgres --');
const pool = new pg.Pool({ connectionString });
await measure('Postgres', postgresJournal({ connectionString }), fromPg(pool));
await pool.end();
