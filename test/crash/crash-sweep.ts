import { grounds } from './grounds.js';
import { paths, variants } from './scenarios.js';
import { casesOf, shownFailure, sweep } from './sweep.js';
import { TWINS } from './twins.js';

// Kills a process at every place where one can die, on every store, and proves that it would notice.

const STEPS = 3;
const LEAST_KILLS = 380;
/** What is broken may well lose its lease. */
const TWIN_LEASE_MS = 1_500;

let passed = 0;
let failed = 0;
let kills = 0;

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(0)} s`;
}

const scenarios = [...paths(STEPS), ...variants(STEPS)];
const twinScenarios = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
const began = performance.now();

await grounds(async (stores, newGround) => {
  for (const store of stores) {
    const since = performance.now();
    const ground = await newGround(store);
    const planned = await casesOf(ground, scenarios);
    const result = await sweep(ground, planned.cases);
    const failures = [...planned.failures, ...result.failures];
    for (const failure of failures) console.error(shownFailure(failure, result.recovered));
    const bad = new Set(failures.map(({ own }) => own.name)).size;
    kills += result.kills;
    failed += bad;
    passed += planned.cases.length - bad;
    const what = `${scenarios.length} scenarios, ${planned.cases.length} cases, ${result.kills} kills`;
    console.log(`${store.name}: ${what}, ${bad} violated a rule (${seconds(since)})`);
  }
  console.log('\nWhat is broken on purpose must be noticed:');
  for (const twin of TWINS) {
    const ground = await newGround(stores[0] as (typeof stores)[number], TWIN_LEASE_MS);
    const scenario = twinScenarios.get(twin.scenario);
    if (scenario === undefined) throw new Error(`No scenario is named '${twin.scenario}'`);
    const { cases } = await casesOf(ground, [scenario], twin.name);
    const { failures } = await sweep(ground, cases);
    const named = failures.filter(({ found }) => found.some((text) => twin.caughtAs.test(text)));
    const caught = named.length > 0;
    if (caught) passed += 1;
    else failed += 1;
    console.log(`${caught ? '✔' : '✘'} ${twin.name}: ${named.length} of ${cases.length} cases`);
    if (!caught)
      console.error(
        failures
          .flatMap(({ found }) => found)
          .slice(0, 20)
          .join('\n'),
      );
  }
});

if (kills < LEAST_KILLS) {
  failed += 1;
  console.error(`✘ only ${kills} kills fired; at least ${LEAST_KILLS} must`);
}
console.log(`\n${kills} kills in ${seconds(began)}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
