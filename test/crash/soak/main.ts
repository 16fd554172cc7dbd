import { parseArgs } from 'node:util';
import { onGrounds, type Grounds } from '../grounds.js';
import { seeded } from '../seeded.js';
import type { StoreKind } from '../stores.js';
import { Tally } from '../tally.js';
import type { Fault } from './chaos.js';
import { soak, type SoakPlan } from './soak.js';
import { TWINS, type Twin } from './twins.js';

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
const everyMs = Number(values.every ?? (ci ? 500 : 2_000));
const LEASE_MS = 1_500;
const MAX_SHOWN = 20;
const ANYWHERE: readonly Fault[] = [...Array<Fault>(8).fill('kill'), 'pause'];
const ON_A_SERVER: readonly Fault[] = [...ANYWHERE, 'sessions', 'restart'];

const common = { leaseMs: LEASE_MS, workers: Number(values.workers) };
const tally = new Tally();
console.log(`--seed ${seed} --sagas ${sagas} --kills ${kills} --every ${everyMs}`);

async function soakOn(kind: StoreKind, grounds: Grounds): Promise<void> {
  const mix = kind.name === 'postgres' ? ON_A_SERVER : ANYWHERE;
  // Three leases, and the longest back-off.
  const plan: SoakPlan = { ...common, sagas, kills, everyMs, mix, restLimitMs: 30_000 };
  const found = await soak(kind, grounds, plan, seeded(Number(seed)));
  const { struck, problems, interrupted, takeOvers } = found;
  tally.kills += struck.kill;
  const ends = Object.entries(found.ends).map(([status, count]) => `${count} ${status}`);
  console.log(`\n${kind.name}: ${ends.join(', ')}; ${JSON.stringify(struck)};`);
  console.log(`  ${found.records} records, ${takeOvers} take-overs, ${tally.seconds}`);
  for (const problem of problems.slice(0, MAX_SHOWN)) console.error(`  ${problem}`);
  tally.check(problems.length === 0, `${kind.name}: no rule is broken (${problems.length} are)`);
  tally.check(struck.kill >= kills, `${kind.name}: at least ${kills} kills`);
  for (const fault of new Set(mix)) tally.check(struck[fault] > 0, `${kind.name}: ${fault} struck`);
  tally.check(takeOvers > 0, `${kind.name}: transfers were taken over`);
  tally.check(
    interrupted > 0,
    `${kind.name}: workers lost transfers, and said so (${interrupted})`,
  );
  if (problems.length > 0) console.error(found.errors.slice(-20).join(''));
}

/** So often a twin may get away: where its faults struck nobody at work, there is nothing to notice. */
const RUNS_OF_A_TWIN = 5;

async function catches(twin: Twin, grounds: Grounds): Promise<void> {
  const mix: readonly Fault[] = ['kill', 'pause'];
  const size = { sagas: 400, kills: 4, everyMs: 400, mix, restLimitMs: 3 * LEASE_MS };
  const plan: SoakPlan = { ...common, ...size, twin: twin.name };
  const [kind] = grounds.kinds;
  let told = '';
  let isCaught = false;
  for (let run = 0; run < RUNS_OF_A_TWIN && !isCaught; run += 1) {
    const chance = seeded(Number(seed) + run);
    const { problems } = await soak(kind as StoreKind, grounds, plan, chance);
    const named = problems.filter((problem) => twin.caughtAs.test(problem));
    isCaught = named.length > 0;
    told = `${named.length} of ${problems.length} problems${run === 0 ? '' : `, in run ${run + 1}`}`;
  }
  tally.check(isCaught, `${twin.name}: ${told}`);
}

await onGrounds(async (grounds) => {
  for (const kind of grounds.kinds) {
    if (values.store.split(',').includes(kind.name)) await soakOn(kind, grounds);
  }
  console.log('\nWhat is broken on purpose must be noticed:');
  for (const twin of TWINS) await catches(twin, grounds);
});
tally.end();
