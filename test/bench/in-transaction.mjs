// How long after the commit of a transaction the first step of the saga begins that was started in it, and what sagas of
// transactional steps cost against those of plain steps that make the same rows:
//   npm run bench:in-transaction [-- orders]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { defineSaga, NOTHING_TO_UNDO, silentLogger } from '../../dist/lib/core/index.js';
import { InProcessEngine } from '../../dist/lib/engines/in-process/index.js';
import { postgresJournal } from '../../dist/lib/journals/postgres/index.js';
import { libsql, sqliteJournal } from '../../dist/lib/journals/sqlite/index.js';
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

/** Rounds of either kind, one after the other, because others use the machine, too. */
const ROUNDS = 5;
const STEPS = ['Debit', 'Credit', 'Book'];

/** Sagas per second, so many at a time. */
async function rate(engine, plan, sagas, width) {
  const left = Array.from({ length: sagas }, (_, index) => index).values();
  const since = performance.now();
  const lane = async () => {
    for (const _ of left) await (await engine.start(plan, {}, {})).result();
  };
  await Promise.all(Array.from({ length: width }, lane));
  return sagas / ((performance.now() - since) / 1_000);
}

async function compare(name, journal, transactions, make) {
  const engine = new InProcessEngine({ journal, transactions, logger: silentLogger });
  const compensate = NOTHING_TO_UNDO;
  const plain = defineSaga('Plain', [
    ...STEPS.map((label) => ({ label, compensate, action: () => transactions.run(make) })),
  ]);
  const transactional = defineSaga('Transactional', [
    ...STEPS.map((label) => ({
      ...{ label, compensate, transaction: true },
      action: (_ctx, tx) => make(tx),
    })),
  ]);
  engine.register(plain);
  engine.register(transactional);
  await engine.recover();
  for (const width of [1, 32]) {
    const rates = [[], []];
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [kind, of] of [plain, transactional].entries()) {
        const measured = await rate(engine, of, width === 1 ? ORDERS / 3 : ORDERS, width);
        // The first ones find code that was never run.
        if (round > 0) rates[kind].push(measured);
      }
    }
    const [with_, without] = rates
      .map((all) =>
        at(
          all.sort((a, b) => a - b),
          0.5,
        ),
      )
      .reverse();
    console.log(`${name}, ${width} at a time: ${with_} sagas/s transactional, ${without} plain`);
  }
  await engine.close();
}

const folder = mkdtempSync(join(tmpdir(), 'saga-bench-'));
const file = join(folder, 'sagas.db');
const database = new Database(file);
database.exec('PRAGMA journal_mode = wal');
const journal = () => sqliteJournal({ file, driver: libsql(Database) });
await measure('SQLite', journal(), fromSqlite(database));
database.exec('CREATE TABLE moves (at INTEGER PRIMARY KEY)');
const insert = database.prepare('INSERT INTO moves DEFAULT VALUES');
await compare('SQLite', journal(), fromSqlite(database), async () => insert.run());
database.close();
rmSync(folder, { recursive: true });

const connectionString = process.env.DATABASE_URL;
if (connectionString === undefined) throw new Error('Run it by npm run with-postgres --');
const pool = new pg.Pool({ connectionString, max: 40 });
await measure('Postgres', postgresJournal({ connectionString }), fromPg(pool));
await pool.query('CREATE TABLE IF NOT EXISTS bench_moves (at bigserial PRIMARY KEY)');
const move = async (tx) => void (await tx.query('INSERT INTO bench_moves DEFAULT VALUES'));
await compare('Postgres', postgresJournal({ connectionString }), fromPg(pool), move);
await pool.query('DROP TABLE bench_moves');
await pool.end();
