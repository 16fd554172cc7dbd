import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inChild } from '../child.mjs';
import { forked } from '../durable/forked.mjs';
import { alternately, atMost, median, quantile, row } from '../stats.mjs';

const LEASE_MS = 1_000;
const VICTIMS = 20;
const NAMES = {
  memory: 'memory journal',
  sqlite: 'SQLite',
  worker: 'SQLite in a worker thread',
  postgres: 'Postgres',
};

async function storesOf(settings) {
  const file = (name) => join(settings.folder, `latency-${name}.db`);
  return {
    memory: { subject: 'memory' },
    sqlite: { subject: 'sqlite', place: file('main') },
    worker: { subject: 'sqlite', place: file('worker'), thread: 'worker' },
    postgres: { subject: 'postgres', place: await settings.database('latency') },
  };
}

/** From the kill of a process to the first line of the step that another one runs again, in ms. */
async function takeOvers(store, settings, say) {
  const config = { lib: settings.lib, store, leaseMs: LEASE_MS, sagas: VICTIMS };
  const times = [];
  for (let round = 0; round < settings.crashes; round++) {
    say(`crash ${round + 1} of ${settings.crashes}`);
    const heir = forked('recovery-child.mjs', { ...config, expected: round * VICTIMS });
    const victim = forked('interrupted-child.mjs', config);
    try {
      await Promise.all([heir.next(), victim.next()]);
      // At any point of the lease, and of the heir's look for work.
      await sleep(Math.random() * LEASE_MS);
      const told = heir.next();
      const killedAt = Date.now();
      await victim.kill();
      times.push(...(await told).resumed.map((at) => at - killedAt));
    } finally {
      await Promise.all([heir.kill(), victim.kill()]);
    }
  }
  return times;
}

function timesRow(name, samples) {
  return row(name, 'ms', samples, { p99: quantile(samples, 0.99) });
}

function loopRow(name, samples) {
  const p99 = samples.map((sample) => sample.p99);
  const rate = median(samples.map((sample) => sample.rate));
  return row(name, 'ms, p99', p99, { beside: rate });
}

export async function latency(settings, say) {
  const stores = await storesOf(settings);
  const { lib, starts, retries } = settings;
  const measure = (key) =>
    inChild('durable/latency-child.mjs', {
      lib,
      store: stores[key],
      starts,
      retries,
      loopMs: settings.durableMs,
    });
  const samples = await alternately(Object.keys(stores), settings.latencyRounds, measure, say);
  const of = (key, field) => samples[key].flatMap((sample) => sample[field]);
  const { sqlite, postgres } = stores;
  const crash = {
    sqlite: await takeOvers({ ...sqlite, place: `${sqlite.place}-crash` }, settings, say),
    postgres: await takeOvers(
      { ...postgres, place: await settings.database('crash') },
      settings,
      say,
    ),
  };
  const keys = Object.keys(stores);
  const p99 = (times) => quantile(times, 0.99);
  const parts = [
    {
      title: 'Latency',
      note: `median and p99 in ms; take-over with a lease of ${LEASE_MS} ms, of which a third is also the pause between two looks for work: ${settings.crashes} crashes, each of ${VICTIMS} sagas`,
      rows: [
        ...keys.map((key) => timesRow(`start to first step, ${NAMES[key]}`, of(key, 'starts'))),
        ...keys.map((key) => timesRow(`retry after 100 ms, ${NAMES[key]}`, of(key, 'retries'))),
        ...Object.entries(crash).map(([key, times]) =>
          timesRow(`crash to take-over, ${NAMES[key]}`, times),
        ),
      ],
    },
    {
      title: 'Delay of the event loop with 256 sagas in flight',
      note: 'how late a timer is, p99 of each round; beside it the rate. In memory these sagas wait for nothing, and the loop turns when the round is over',
      rows: keys.map((key) => loopRow(NAMES[key], of(key, 'loop'))),
    },
  ];
  const goals = keys.flatMap((key) => [
    atMost(`${NAMES[key]}: start to first step, p99`, 50, p99(of(key, 'starts')), ' ms'),
    atMost(`${NAMES[key]}: retry after 100 ms, p99`, 150, p99(of(key, 'retries')), ' ms'),
  ]);
  return { parts, goals };
}
