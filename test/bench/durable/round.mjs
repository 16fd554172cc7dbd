// One round of one durable subject in a process of its own: node round.mjs <config as JSON>
import { setTimeout as sleep } from 'node:timers/promises';
import { countAllocations } from '../garbage.mjs';
import { Ledger } from './ledger.mjs';
import { load } from './load.mjs';
import { fdatasyncRate } from './yardstick.mjs';

const SUBJECTS = {
  sqliteInserts: async () => (await import('./inserts.mjs')).startSqliteInserts,
  postgresInserts: async () => (await import('./inserts.mjs')).startPostgresInserts,
  bareSqlite: async () => (await import('./bare-sqlite.mjs')).startBareSqlite,
  barePostgres: async () => (await import('./bare-postgres.mjs')).startBarePostgres,
  memory: async () => (await import('./ours.mjs')).startOurs,
  sqlite: async () => (await import('./sqlite.mjs')).startSqlite,
  postgres: async () => (await import('./postgres.mjs')).startPostgres,
  restate: async () => (await import('./restate.mjs')).startRestate,
  restateByHand: async () => (await import('./restate-by-hand.mjs')).startRestateByHand,
  dbos: async () => (await import('./dbos.mjs')).startDbos,
};
const MAX_ATTEMPTS = 4;

const config = JSON.parse(process.argv[2]);
const { inFlight, roundMs, warmUpMs, idleMs, declined = false } = config;
const ledger = new Ledger();
const start = await SUBJECTS[config.subject]();
const subject = await start(config, ledger);
const durability = await subject.checkDurability?.();

/** One that the disk changed under by more than twice says nothing. */
async function steadyRound() {
  for (let attempt = 1; ; attempt++) {
    const before = fdatasyncRate(config.folder);
    const commitsBefore = subject.commits?.();
    const allocated = countAllocations();
    const start = process.cpuUsage();
    const { sagas, seconds } = await load(subject.run, inFlight, roundMs);
    const { user, system } = process.cpuUsage(start);
    const garbage = allocated() / sagas;
    const commits = subject.commits && (subject.commits() - commitsBefore) / sagas;
    const after = fdatasyncRate(config.folder);
    const steady = Math.max(before, after) <= 2 * Math.min(before, after);
    const rate = sagas / seconds;
    const syncs = (before + after) / 2;
    const cpu = (user + system) / sagas;
    if (steady || attempt === MAX_ATTEMPTS) return { rate, syncs, cpu, garbage, commits, steady };
  }
}

let round = {};
if (roundMs > 0) {
  await load(subject.run, inFlight, warmUpMs);
  round = await steadyRound();
} else {
  await sleep(idleMs);
}
const [done, undone] = declined ? [2, 2] : [3, 0];
ledger.verify(done, undone);
const ended = await subject.ended(declined ? subject.failed : subject.completed);
if (ended !== ledger.opened) {
  throw new Error(`${config.subject}: ${ended} sagas ended as they should, of ${ledger.opened}`);
}
await subject.close();
process.stdout.write(JSON.stringify({ ...round, sagas: ledger.opened, durability }));
// DBOS leaves timers behind.
process.exit(0);
