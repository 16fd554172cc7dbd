import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inChild } from '../child.mjs';
import { forked } from '../durable/forked.mjs';
import { atMost, quantile, ratio, row } from '../stats.mjs';

const STORES = { sqlite: 'SQLite', postgres: 'Postgres' };
const IN_FLIGHT = [1, 1_000, 10_000];
const LEASE_MS = 1_000;

async function placesOf(subject, count, settings) {
  const places = [];
  for (let at = 0; at < count; at++) {
    places.push(
      subject === 'sqlite'
        ? join(settings.folder, `growth-${at}.db`)
        : await settings.database('growth'),
    );
  }
  return places;
}

/** How one cost compares with the first one, in the median of the rounds. */
function against(costs, firsts, field) {
  return ratio(
    costs.map((cost) => cost[field]),
    firsts.map((cost) => cost[field]),
  );
}

function costRows(samples, what, store) {
  const [first] = Object.keys(samples);
  return Object.entries(samples).map(([key, costs]) => {
    const name = `${store}, ${Number(key).toLocaleString('en-US')} ${what}`;
    const wall = costs.map((cost) => cost.wall);
    const ratios = {
      [`with ${first}`]: against(costs, samples[first], 'wall'),
      'its processor time': against(costs, samples[first], 'cpu'),
    };
    return row(name, 'µs/saga', wall, { ratios, costs });
  });
}

function growthOf(samples) {
  const keys = Object.keys(samples);
  return against(samples[keys.at(-1)], samples[keys[0]], 'wall');
}

async function recoveryTime(subject, place, settings) {
  const config = { lib: settings.lib, store: { subject, place }, sagas: settings.interrupted };
  const victim = forked('interrupted-child.mjs', { ...config, leaseMs: LEASE_MS });
  await victim.next();
  await victim.kill();
  await sleep(LEASE_MS + 200);
  const heir = forked('recovery-child.mjs', config);
  try {
    await heir.next();
    return (await heir.next()).seconds;
  } finally {
    await heir.kill();
  }
}

async function growthOn(subject, settings, say) {
  const store = STORES[subject];
  const sizes = [1, 1_000, settings.finished];
  const { growthRounds: rounds, growthMs: roundMs, lib, looks } = settings;
  const places = await placesOf(subject, 2 * rounds + 2 + settings.recoveries, settings);
  const others = places.slice(settings.recoveries);
  const seconds = [];
  for (const place of places.slice(0, settings.recoveries)) {
    say(`${store}: ${settings.interrupted} interrupted sagas, ${seconds.length + 1}`);
    seconds.push(await recoveryTime(subject, place, settings));
  }
  const config = { lib, subject, places: others, sizes, rounds, roundMs, looks };
  say(`${store}: ${settings.finished} finished sagas`);
  const found = await inChild('durable/growth-child.mjs', { ...config, inFlights: IN_FLIGHT });
  const times = Object.entries(found.times);
  return {
    rows: [
      ...costRows(found.finished, 'finished', store),
      ...costRows(found.inFlight, 'in flight', store),
      row(
        `${store}, recovery of ${settings.interrupted} interrupted`,
        's until all ended',
        seconds,
      ),
    ],
    looks: times.map(([what, samples]) =>
      row(`${store}, ${what}`, 'ms', samples, { p99: quantile(samples, 0.99) }),
    ),
    goals: [
      atMost(
        `${store}: cost with ${settings.finished} finished ÷ with 1`,
        1.2,
        growthOf(found.finished),
        ' ×',
      ),
      ...times.map(([what, samples]) =>
        atMost(`${store}: ${what}, p99`, 20, quantile(samples, 0.99), ' ms'),
      ),
    ],
  };
}

export async function growth(settings, say) {
  const found = [];
  for (const subject of Object.keys(STORES)) found.push(await growthOn(subject, settings, say));
  const parts = [
    {
      title: 'Growth: what a saga costs in a journal that fills',
      note: `32 in flight where nothing else is said; a journal grows by what is measured in it, so 1 and 1,000 are where it began; recovery with the default options, from the start of the process, once the lease of the one that was killed has ended`,
      rows: found.flatMap(({ rows }) => rows),
    },
    {
      title: `Looking into a journal of ${settings.finished.toLocaleString('en-US')} sagas`,
      note: 'one call at a time',
      rows: found.flatMap(({ looks }) => looks),
    },
  ];
  return { parts, goals: found.flatMap(({ goals }) => goals) };
}
