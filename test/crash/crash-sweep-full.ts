import { parseArgs } from 'node:util';
import type { Case } from './cases.js';
import { onGrounds } from './grounds.js';
import type { Recovered } from './recovery.js';
import { seeded } from './seeded.js';
import { paths, variants } from './scenarios.js';
import { casesOf, sweep } from './sweep.js';
import { Tally } from './tally.js';

// The long sweep: five steps, one kill everywhere, then a second one everywhere in the recovery.

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite,sqlite-thread,postgres' },
    steps: { type: 'string', default: '5' },
    /** How many of the pairs of two kills; those are too many to take them all. */
    pairs: { type: 'string', default: '1500' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const BATCH = 300;
const steps = Number(values.steps);
const scenarios = [...paths(steps), ...variants(steps)];
const tally = new Tally();
console.log(`--seed ${values.seed} --steps ${steps} --pairs ${values.pairs}`);

/** One case for every place where the recovery of a case can die. */
function pairsOf({ own, points }: Recovered): readonly Case[] {
  // Its recovery depends on when somebody cancels it.
  if (own.killAt === undefined || own.scenario.cancelWhileDown === true) return [];
  return Array.from({ length: points }, (_, i) => ({
    ...own,
    name: `${own.name}, then ${i + 1}`,
    killRecoveryAt: i + 1,
  }));
}

await onGrounds(async ({ kinds, ground }) => {
  for (const kind of kinds.filter(({ name }) => values.store.split(',').includes(name))) {
    const shuffle = seeded(Number(values.seed)).shuffled;
    const { cases, failures } = await casesOf(ground(kind), scenarios);
    tally.cases(0, failures, []);
    /** In batches: one engine recovers a whole batch, within the time that the invariants allow. */
    const judged = async (all: readonly Case[]): Promise<readonly Recovered[]> => {
      const found: Recovered[] = [];
      for (let at = 0; at < all.length; at += BATCH) {
        const batch = all.slice(at, at + BATCH);
        const result = await sweep(ground(kind), batch, (kills) => {
          if (kills % 100 !== 0) return;
          console.log(`${kind.name}: ${tally.kills + kills} kills, ${tally.seconds}`);
        });
        tally.kills += result.kills;
        tally.cases(batch.length, result.failures, result.recovered);
        found.push(...result.recovered);
      }
      return found;
    };
    const all = (await judged(cases)).flatMap(pairsOf);
    const pairs = shuffle(all).slice(0, Number(values.pairs));
    const what = `${scenarios.length} scenarios, ${cases.length} cases with one kill`;
    console.log(`${kind.name}: ${what}, then ${pairs.length} of ${all.length} with two`);
    await judged(pairs);
  }
});
tally.end();
