import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { onGrounds, type Grounds } from '../grounds.js';
import type { StoreConfig, StoreKind } from '../stores.js';
import { Tally } from '../tally.js';
import { judgeBadRows, LEFT_ALONE, writeBadRows } from './bad-rows.js';
import type { Fleet, Worker } from './fleet.js';
import { rawStore } from './raw-store.js';
import { busy, underLoad } from './soak.js';
import { POISON, SLOW } from './strangers.js';

// Stall and share: three processes whose event loops are blocked beyond their leases, whose steps
// share the journal's pool, among whose sagas one kills its process and others cannot be read. Every
// healthy transfer ends as it must, none takes place twice, and the sick ones harm nobody.

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite,postgres' },
    /** To find out which of them does the harm. */
    with: { type: 'string', default: 'stall,share,poison,rows' },
  },
});
const ills = new Set(values.with.split(','));
const WORKERS = 3;
const LEASE_MS = 1_500;
const STALL_MS = 2 * LEASE_MS;
const STALLS = 6;
/** Of all transfers; the pool of a process has ten connections, each step takes 0.2 s. */
const IN_THE_AIR = 150;
/** A stall costs transfers only where another process is awake to take them. */
const STALLS_AT_MOST = 30;
const MAX_RECOVERIES = 5;
/** It takes so many processes with it: who started it, and each take-over within the limit. */
const POISONED = MAX_RECOVERIES + 1;
const POISON_LIMIT_MS = 120_000;

const plan = {
  workers: WORKERS,
  sagas: 1_000_000,
  // Each has its share: who stalls or dies has transfers to lose.
  window: IN_THE_AIR / WORKERS,
  leaseMs: LEASE_MS,
  maxRecoveries: MAX_RECOVERIES,
  ...(ills.has('share') ? { isShared: true as const } : {}),
  left: LEFT_ALONE,
  restLimitMs: 40_000,
} as const;
const tally = new Tally();

async function someVictim(fleet: Fleet, number: number): Promise<Worker> {
  for (;;) {
    const { victims } = fleet;
    const victim = victims[number % victims.length];
    if (victim !== undefined) return victim;
    await sleep(20);
  }
}

/** How a saga has ended that nobody waits for. */
async function endOf(id: string, config: StoreConfig): Promise<string> {
  const raw = await rawStore(config);
  const saga = `SELECT saga, status FROM ${raw.sagas} WHERE id = '${id}'`;
  const [row] = await raw.all(saga);
  const appends = await raw.all(
    `SELECT records FROM ${raw.appends} WHERE saga = ${Number(row?.['saga'] ?? -1)}`,
  );
  await raw.close();
  const isLimit = appends.some(({ records }) => String(records).includes('recovery-limit'));
  return `${String(row?.['status'])}${isLimit ? ': recovery-limit' : ''}`;
}

/** Waits until the poison and the slow sagas beside it are at rest. */
async function untilRest(config: StoreConfig): Promise<void> {
  const limit = performance.now() + POISON_LIMIT_MS;
  for (;;) {
    const ends = await Promise.all([POISON, ...SLOW].map((id) => endOf(id, config)));
    if (ends.every((end) => /^(completed|parked)/.test(end)) || performance.now() > limit) return;
    await sleep(200);
  }
}

async function stallAndShare(kind: StoreKind, grounds: Grounds): Promise<void> {
  let store: StoreConfig | undefined;
  let stalls = 0;
  let poisoned = 0;
  const found = await underLoad(kind, grounds, plan, async (fleet, journal, _, config) => {
    store = config;
    const isLost = (): boolean => fleet.interrupted > 0 || !ills.has('stall');
    const stallUntil = async (isEnough: () => boolean): Promise<void> => {
      for (; !isEnough(); stalls += 1) {
        await sleep(1_500);
        const victim = await someVictim(fleet, stalls);
        if (ills.has('stall')) fleet.tell(victim, `stall ${STALL_MS}`);
      }
    };
    await busy(fleet, IN_THE_AIR, async () => {
      await sleep(1_000);
      if (ills.has('rows')) await writeBadRows(journal, config);
      await stallUntil(() => stalls >= STALLS / 2);
      // The slow sagas beside the poison may be interrupted as often as the limit allows by it alone.
      await sleep(STALL_MS);
      if (ills.has('poison')) {
        fleet.tell(await someVictim(fleet, 0), 'poison');
        await untilRest(config);
      }
      await stallUntil(() => stalls >= STALLS && (isLost() || stalls >= STALLS_AT_MOST));
    });
    poisoned = fleet.poisoned;
  });
  const { problems, takeOvers, interrupted } = found;
  const ends = Object.entries(found.ends).map(([status, count]) => `${count} ${status}`);
  console.log(`\n${kind.name}: ${ends.join(', ')}, ${takeOvers} take-overs,`);
  console.log(`  ${stalls} stalls, ${interrupted} interrupted, ${tally.seconds}`);
  for (const problem of problems.slice(0, 20)) console.error(`  ${problem}`);
  tally.check(problems.length === 0, `${kind.name}: no rule is broken (${problems.length} are)`);
  if (ills.has('stall')) {
    const areLost = takeOvers > 0 && interrupted > 0;
    tally.check(areLost, `${kind.name}: processes that stalled lost transfers (${interrupted})`);
  }
  if (ills.has('poison')) {
    const end = await endOf(POISON, store as StoreConfig);
    tally.check(end === 'parked: recovery-limit', `${kind.name}: the poison saga is ${end}`);
    const isBounded = poisoned > 1 && poisoned <= POISONED;
    tally.check(isBounded, `${kind.name}: it took ${poisoned} processes with it`);
    const slow = await Promise.all(SLOW.map((id) => endOf(id, store as StoreConfig)));
    const areDone = slow.every((status) => status === 'completed');
    tally.check(areDone, `${kind.name}: the slow ones beside it are ${slow.join(', ')}`);
    tally.kills += poisoned;
  }
  if (ills.has('rows')) {
    const bad = await judgeBadRows(store as StoreConfig);
    for (const problem of bad) console.error(`  ${problem}`);
    tally.check(bad.length === 0, `${kind.name}: what cannot be read harmed nobody`);
  }
  if (problems.length > 0) console.error(found.errors.join('').slice(-4_000));
}

await onGrounds(async (grounds) => {
  for (const kind of grounds.kinds) {
    if (values.store.split(',').includes(kind.name)) await stallAndShare(kind, grounds);
  }
});
tally.end();
