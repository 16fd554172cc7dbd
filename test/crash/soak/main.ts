import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { onGrounds, type Grounds } from '../grounds.js';
import { seeded } from '../seeded.js';
import { openJournal, type StoreKind } from '../stores.js';
import { Tally } from '../tally.js';
import { audit } from './audit.js';
import { chaos } from './chaos.js';
import { Fleet } from './fleet.js';
import { openAccounts } from './task.js';

// Transfers between accounts by several processes under a rain of faults; at the end the books must
// balance. `--ci` is the small size.

const { values } = parseArgs({
  options: {
    ci: { type: 'boolean', default: false },
    /** On each store. */
    sagas: { type: 'string' },
    kills: { type: 'string' },
    every: { type: 'string' },
    store: { type: 'string', default: 'sqlite,postgres' },
    workers: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const { ci, seed } = values;
const sagas = Number(values.sagas ?? (ci ? 3_000 : 100_000));
const kills = Number(values.kills ?? (ci ? 35 : 60));
const everyMs = Number(values.every ?? (ci ? 600 : 2_000));
const LEASE_MS = 1_500;
/** All must rest within three leases and the longest back-off, once the faults are off. */
const REST_LIMIT_MS = 3 * LEASE_MS + 25_000;

const tally = new Tally();
console.log(`--seed ${seed} --sagas ${sagas} --kills ${kills} --every ${everyMs}`);

async function untilAtRest(journal: Journal): Promise<boolean> {
  for (const end = performance.now() + REST_LIMIT_MS; performance.now() < end; await sleep(100)) {
    const { rows } = await journal.list({ status: ['running', 'compensating'], limit: 1 });
    if (rows.length === 0) return true;
  }
  return false;
}

async function soak(kind: StoreKind, grounds: Grounds): Promise<void> {
  const { store, directory } = grounds.ground(kind);
  const { store: bank } = grounds.ground(kind);
  const accounts = await openAccounts(bank);
  await accounts.open();
  const journal = await openJournal(store);
  await journal.open();
  const task = { store, accounts: bank, leaseMs: LEASE_MS };
  const fleet = new Fleet(task, directory, sagas, Number(values.workers));
  const postgres = kind.name === 'postgres' ? grounds.postgres : undefined;
  try {
    fleet.start();
    const plan = { everyMs, leaseMs: LEASE_MS, kills, sagas, postgres };
    const faults = await chaos(fleet, plan, seeded(Number(seed)));
    const rests = await untilAtRest(journal);
    await fleet.close();
    const found = await audit(journal, accounts, sagas, fleet.acknowledged);
    tally.kills += faults.kill;
    const ends = Object.entries(found.ends).map(([status, count]) => `${count} ${status}`);
    console.log(`\n${kind.name}: ${ends.join(', ')}; ${JSON.stringify(faults)};`);
    console.log(
      `  ${found.takeOvers} take-overs, ${found.acknowledged} acknowledged records, ${tally.seconds}`,
    );
    for (const problem of found.problems) console.error(`  ${problem}`);
    tally.check(rests, `${kind.name}: every transfer has ended`);
    tally.check(found.problems.length === 0, `${kind.name}: the books balance`);
    tally.check(faults.kill >= kills, `${kind.name}: at least ${kills} kills`);
    tally.check(found.takeOvers > 0, `${kind.name}: transfers were taken over`);
    const woken = faults.pause === 0 || fleet.interrupted > 0;
    tally.check(woken, `${kind.name}: paused workers lost their transfers (${fleet.interrupted})`);
    if (tally.failed > 0) console.error(fleet.errors.slice(-20).join(''));
  } finally {
    await fleet.close();
    await journal.close();
    await accounts.close();
  }
}

await onGrounds(async (grounds) => {
  for (const kind of grounds.kinds) {
    if (values.store.split(',').includes(kind.name)) await soak(kind, grounds);
  }
});
tally.end();
