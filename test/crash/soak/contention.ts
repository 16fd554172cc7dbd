import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { onGrounds, type Grounds } from '../grounds.js';
import type { StoreKind } from '../stores.js';
import { Tally } from '../tally.js';
import type { Worker } from './fleet.js';
import { actsAfterWaking, putToSleep, type Sleeper } from './sleeper.js';
import { busy, underLoad, type Soaked } from './soak.js';

// Four processes share one store, and all of them work. Each in turn is stopped for longer than its
// lease: when it wakes, others have its transfers, and it must write nothing to them and begin nothing
// of them. Then the server restarts, and ends all sessions, again and again, under the same load.

const { values } = parseArgs({
  options: { store: { type: 'string', default: 'sqlite,postgres' } },
});
const WORKERS = 4;
/** A fleet has this many transfers in the air; it stops when the test has seen enough. */
const IN_THE_AIR = 150;
const plan = { workers: WORKERS, sagas: 1_000_000, restLimitMs: 30_000 };
const OUTAGES = ['fast', 'sessions', 'immediate', 'sessions', 'sessions', 'fast'] as const;

const tally = new Tally();

function judge(name: string, found: Omit<Soaked, 'struck'>): void {
  const ends = Object.entries(found.ends).map(([status, count]) => `${count} ${status}`);
  const { problems, takeOvers, interrupted } = found;
  console.log(`${name}: ${ends.join(', ')}, ${takeOvers} take-overs, ${interrupted} interrupted`);
  for (const problem of problems.slice(0, 20)) console.error(`  ${problem}`);
  tally.check(problems.length === 0, `${name}: no rule is broken (${problems.length} are)`);
}

async function sleepers(kind: StoreKind, grounds: Grounds): Promise<void> {
  const slept: Sleeper[] = [];
  const late: unknown[] = [];
  const options = { ...plan, leaseMs: 1_500 };
  const found = await underLoad(kind, grounds, options, async (fleet, journal, witness) => {
    await busy(fleet, IN_THE_AIR, async () => {
      for (let n = 0; n < WORKERS; n += 1) {
        while (fleet.victims.length < WORKERS) await sleep(20);
        const victim = fleet.victims[n] as Worker;
        slept.push(await putToSleep(fleet, victim, journal, witness));
      }
      await sleep(2_000);
    });
    for (const sleeper of slept) {
      const acts = await actsAfterWaking(sleeper, witness);
      late.push(...acts);
      const what = `${kind.name}: worker ${sleeper.worker} slept and lost ${sleeper.lost.size} transfers`;
      tally.check(
        acts.length === 0,
        `${what}; when it woke it wrote and began ${acts.length} of them`,
      );
    }
  });
  for (const act of late.slice(0, 10)) console.error(`  ${JSON.stringify(act)}`);
  judge(`${kind.name}, processes that sleep`, found);
}

async function outages(kind: StoreKind, grounds: Grounds): Promise<void> {
  let stuck = 0;
  const options = { ...plan, leaseMs: 5_000 };
  const found = await underLoad(kind, grounds, options, async (fleet) => {
    await busy(fleet, IN_THE_AIR, async () => {
      for (const outage of OUTAGES) {
        const before = fleet.answered.size;
        await sleep(700);
        if (outage !== 'sessions') await grounds.postgres.restart(outage);
        else if ((await grounds.postgres.terminateBackends()) === 0) stuck += 1;
        for (const end = performance.now() + 20_000; fleet.answered.size <= before + IN_THE_AIR;) {
          if (performance.now() > end) break;
          await sleep(50);
        }
        if (fleet.answered.size <= before + IN_THE_AIR) stuck += 1;
      }
    });
  });
  tally.check(
    stuck === 0,
    `${kind.name}: after each of ${OUTAGES.length} outages the work goes on`,
  );
  judge(`${kind.name}, a server that goes away`, found);
}

await onGrounds(async (grounds) => {
  for (const kind of grounds.kinds) {
    if (!values.store.split(',').includes(kind.name)) continue;
    await sleepers(kind, grounds);
    if (kind.name === 'postgres') await outages(kind, grounds);
  }
});
tally.end();
