import { parseArgs } from 'node:util';
import { kills, RECOVERY_LIMIT, type Case } from './cases.js';
import { casesElsewhere, fewElsewhere } from './elsewhere.js';
import { onGrounds } from './grounds.js';
import { barrierSteps } from './barrier-steps/sweep.js';
import { barrier } from './barrier/sweep.js';
import { inTransaction } from './in-transaction/sweep.js';
import { requests } from './requests/sweep.js';
import { paths, variants, type Scenario } from './scenarios.js';
import { casesOf, sweep, type Ground } from './sweep.js';
import { Tally } from './tally.js';
import { transactionalSteps } from './transactional/sweep.js';
import { parkUnreadable } from './unreadable.js';
import { TWINS, type Twin } from './twins.js';

// Kills a process at every place where one can die, on every store, and proves that it would notice.

const { values } = parseArgs({
  options: { store: { type: 'string', default: 'sqlite,postgres' } },
});
const STEPS = 3;
const LEAST_KILLS = 380;
/** On each store. */
const LEAST_KILLS_EACH = 190;
/** What is broken may well lose its lease. */
const TWIN_LEASE_MS = 1_500;

/** Six processes die in a row, and each lease has to end. */
const POISON_LEASE_MS = 1_000;

/** Who cancels waits for the end of a dead owner's lease; a living one must not lose it. */
const ACT_LEASE_MS = 3_000;

const scenarios = [...paths(STEPS), ...variants(STEPS)];
const tally = new Tally();

/** A saga that takes every process down: the sixth take-over parks it, with nothing done twice. */
async function poison(ground: Ground, name: string): Promise<void> {
  const scenario: Scenario = { name: 'poison', steps: STEPS };
  // Its first process dies in the second step; the others before they write, or in that step.
  const cases = [1, 2, 3, 4].map((killRecoveryAt): Case => ({
    name: `poison ${killRecoveryAt}`,
    scenario,
    killAt: 6,
    killRecoveryAt,
    recoveriesKilled: RECOVERY_LIMIT,
  }));
  const result = await sweep(ground, cases);
  const bad = tally.cases(cases.length, result.failures, result.recovered);
  tally.kills += result.kills;
  console.log(
    `${name}: poison, ${cases.length} cases, ${result.kills} kills, ${bad} violated a rule`,
  );
}

/** What operators do from another process, and a kill at every place of each of them. */
async function elsewhere(ground: Ground, name: string): Promise<void> {
  const cases = casesElsewhere(STEPS);
  const result = await sweep(ground, cases);
  const bad = tally.cases(cases.length, result.failures, result.recovered);
  tally.kills += result.kills;
  const what = `cancelled and terminated from elsewhere, ${cases.length} cases`;
  console.log(`${name}: ${what}, ${result.kills} kills, ${bad} violated a rule (${tally.seconds})`);
}

async function unreadable(ground: Ground, name: string): Promise<void> {
  const { cases, failures } = await parkUnreadable(ground, STEPS);
  const bad = tally.cases(cases.length, failures, []);
  tally.kills += cases.reduce((sum, own) => sum + kills(own), 0);
  console.log(`${name}: unreadable, ${cases.length} cases, ${bad} violated a rule`);
}

/** For a twin, on a store of its own. */
async function casesFor(ground: Ground, { scenario, name }: Twin): Promise<readonly Case[]> {
  const found = scenarios.filter((one) => one.name === scenario);
  if (found.length === 0) return fewElsewhere(STEPS, scenario, name);
  return (await casesOf(ground, found, name)).cases;
}

await onGrounds(async ({ kinds, ground: groundOn }) => {
  for (const kind of kinds.filter(({ name }) => values.store.split(',').includes(name))) {
    const ground = groundOn(kind);
    const { cases, failures } = await casesOf(ground, scenarios);
    const result = await sweep(ground, cases);
    const bad = tally.cases(cases.length, [...failures, ...result.failures], result.recovered);
    tally.kills += result.kills;
    const what = `${scenarios.length} scenarios, ${cases.length} cases, ${result.kills} kills`;
    console.log(`${kind.name}: ${what}, ${bad} violated a rule (${tally.seconds})`);
    const enough = `${kind.name}: at least ${LEAST_KILLS_EACH} kills`;
    tally.check(result.kills >= LEAST_KILLS_EACH, enough);
    await poison(groundOn(kind, POISON_LEASE_MS), kind.name);
    await elsewhere(groundOn(kind, ACT_LEASE_MS), kind.name);
    await unreadable(groundOn(kind, POISON_LEASE_MS), kind.name);
    await inTransaction(() => groundOn(kind), kind.name, tally);
    await barrier(() => groundOn(kind), kind.name, tally);
    await barrierSteps(() => groundOn(kind), kind.name, tally);
    await transactionalSteps(() => groundOn(kind), kind.name, tally);
    await requests(() => groundOn(kind, POISON_LEASE_MS), kind.name, tally);
  }
  console.log('\nWhat is broken on purpose must be noticed:');
  for (const twin of TWINS) {
    const ground = groundOn(kinds[0] as (typeof kinds)[number], TWIN_LEASE_MS);
    const cases = await casesFor(ground, twin);
    const { failures } = await sweep(ground, cases);
    const named = failures.filter(({ found }) => found.some((text) => twin.caughtAs.test(text)));
    tally.check(named.length > 0, `${twin.name}: ${named.length} of ${cases.length} cases`);
  }
});
tally.check(tally.kills >= LEAST_KILLS, `at least ${LEAST_KILLS} kills`);
tally.end();
