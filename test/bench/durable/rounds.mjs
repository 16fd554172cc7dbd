import { inChild } from '../child.mjs';
import { alternately, ratio, row } from '../stats.mjs';
import { counters } from './server-statistics.mjs';
import { serverTime } from './server-time.mjs';

/** What {@link durableRounds} takes: one subject with so many sagas in flight; `more` says on what it is. */
export function subjectsOf(subject, inFlights, { lib, folder, durableMs, warmUpMs }, more) {
  return Object.fromEntries(
    inFlights.map((inFlight) => [
      `${subject}-${inFlight}`,
      { subject, lib, folder, inFlight, roundMs: durableMs, warmUpMs, ...more(inFlight) },
    ]),
  );
}

/** One process of the subject, with what the server counted meanwhile. */
async function counted(config) {
  if (config.url === undefined) return { result: await inChild('durable/round.mjs', config) };
  const before = await counters(config.url);
  const timeBefore = await serverTime(config.url);
  const result = await inChild('durable/round.mjs', config);
  const timeAfter = await serverTime(config.url);
  const after = await counters(config.url);
  return {
    result,
    commits: after.commits - before.commits,
    syncs: after.syncs - before.syncs,
    time: timeAfter - timeBefore,
  };
}

/** What a process costs a server that runs no saga as long as a round takes, by its database. */
async function overheadsOf(configs) {
  const overheads = {};
  for (const config of configs) {
    if (config.url === undefined || overheads[config.url] !== undefined) continue;
    const idle = { ...config, roundMs: 0, idleMs: config.warmUpMs + config.roundMs };
    // The first one makes the schema.
    await counted(idle);
    overheads[config.url] = await counted(idle);
  }
  return overheads;
}

/**
 * Rounds of durable subjects, each in a fresh process, alternately. Answers by key their samples:
 * `{ rate, syncs }` per second, `{ perSync, commits, walSyncs }` per saga, the processor time of a saga
 * here and at the server in µs (`cpu`, `serverCpu`), and its `garbage` in bytes.
 */
export async function durableRounds(subjects, settings, say) {
  const overheads = await overheadsOf(Object.values(subjects));
  const measure = async (key) => {
    const { result, ...server } = await counted(subjects[key]);
    const { sagas, commits, ...measured } = result;
    const perSync = measured.rate / measured.syncs;
    const idle = overheads[subjects[key].url];
    if (idle === undefined) return { ...measured, perSync, commits };
    return {
      ...measured,
      perSync,
      commits: (server.commits - idle.commits) / sagas,
      walSyncs: (server.syncs - idle.syncs) / sagas,
      serverCpu: (server.time - idle.time) / sagas,
    };
  };
  return alternately(Object.keys(subjects), settings.durableRounds, measure, say);
}

/** What was measured of a subject, its rate where nothing else is said, as a multiple of another one's. */
export function ratioOf(samples, key, reference, field = 'rate') {
  const of = (name) => samples[name].map((sample) => sample[field]);
  return ratio(of(key), of(reference));
}

/** The lines of a table: sagas per second, with the disk and what the server counted beside them. */
export function rateRow(name, samples, more = {}) {
  const of = (field) => samples.map((sample) => sample[field]);
  const medianOf = (field) => row('', '', of(field)).median;
  const extras = {
    perSync: medianOf('perSync'),
    cpu: medianOf('cpu'),
    ...(Number.isFinite(samples[0].serverCpu) ? { serverCpu: medianOf('serverCpu') } : {}),
    garbage: medianOf('garbage'),
    ...(samples[0].commits === undefined ? {} : { commitsPerSaga: medianOf('commits') }),
    ...(Number.isFinite(samples[0].walSyncs) ? { walSyncsPerSaga: medianOf('walSyncs') } : {}),
    yardstick: of('syncs'),
    unsteady: samples.filter(({ steady }) => !steady).length,
    durability: samples[0].durability,
  };
  return row(name, 'sagas/s', of('rate'), { ...extras, ...more });
}
