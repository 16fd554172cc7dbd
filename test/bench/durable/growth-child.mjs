// What a saga costs with ever more finished ones in the journal, and with ever more in flight:
// node growth-child.mjs <config as JSON>
import { alternately } from '../stats.mjs';
import { Ledger } from './ledger.mjs';
import { load } from './load.mjs';
import { claimAndListTimes } from './look-ups.mjs';
import { openApp } from './open-ours.mjs';
import { actOn } from './ours.mjs';

const { lib, subject, places, sizes, inFlights, rounds, roundMs, looks } = JSON.parse(
  process.argv[2],
);
const SLICES = 4;

const ledger = new Ledger();
actOn(ledger);

const largest = Math.max(...sizes);
const say = (what) => process.stderr.write(`${what}\n`);

async function open() {
  const place = places.shift();
  const { app, saga } = await openApp(lib, { subject, place });
  return { place, app, run: () => saga(ledger.open(false)).runAsync() };
}

/** Runs exactly so many. */
async function fill(run, count) {
  let left = count;
  const worker = async () => {
    while ((left -= 1) >= 0) await run();
  };
  await Promise.all(Array.from({ length: 500 }, worker));
}

/** Wall time and processor time of one saga, in µs. */
async function costOf(run, inFlight) {
  const start = process.cpuUsage();
  const { sagas, seconds } = await load(run, inFlight, roundMs);
  const { user, system } = process.cpuUsage(start);
  return { sagas, wall: (seconds * 1e6) / sagas, cpu: (user + system) / sagas };
}

const large = await open();
say(`${subject}: filling a journal with ${largest} sagas`);
await fill(large.run, largest);

/**
 * In slices, one journal after the other, so that all have the same disk. The smaller ones are made
 * anew for each round, or they would have grown by the next one.
 */
async function finishedRound() {
  const apps = {};
  for (const size of sizes) {
    apps[size] = size === largest ? large : await open();
    if (size !== largest) await fill(apps[size].run, size);
  }
  const costs = await alternately(Object.keys(apps), SLICES, (size) => costOf(apps[size].run, 32));
  for (const app of Object.values(apps)) if (app !== large) await app.app.close();
  return Object.fromEntries(Object.entries(costs).map(([size, slices]) => [size, mean(slices)]));
}

function mean(slices) {
  const sagas = slices.reduce((sum, slice) => sum + slice.sagas, 0);
  const of = (field) => slices.reduce((sum, slice) => sum + slice[field] * slice.sagas, 0) / sagas;
  return { wall: of('wall'), cpu: of('cpu') };
}

const finished = Object.fromEntries(sizes.map((size) => [size, []]));
const report = (what) => say(`${subject}: ${what}`);
for (let round = 0; round < rounds; round++) {
  report(`finished, round ${round + 1}`);
  for (const [size, cost] of Object.entries(await finishedRound())) finished[size].push(cost);
}
const few = await open();
const inFlight = await alternately(
  inFlights.map(String),
  rounds,
  (count) => costOf(few.run, Number(count)),
  (what) => report(`in flight, ${what}`),
);
await few.app.close();
await large.app.close();
ledger.verify(3, 0);
report('claims and lists');
const times = await claimAndListTimes(lib, { subject, place: large.place }, looks);
process.stdout.write(JSON.stringify({ finished, inFlight, times }));
process.exit(0);
