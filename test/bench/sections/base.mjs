import { durableRounds } from '../durable/rounds.mjs';
import { startRestateServer } from '../durable/server.mjs';
import { inChild } from '../child.mjs';
import { alternately, atMost, median, row } from '../stats.mjs';
import { IN_FLIGHT } from './sqlite.mjs';

const NOW = 'now';
const BASE = 'base';
const SIDES = [BASE, NOW];

/** What is compared: as it is called in a report, and its unit. */
const METRICS = {
  cpu: ['processor', 'µs', 1],
  serverCpu: ["the server's processor", 'µs', 1],
  garbage: ['garbage', 'KiB', 1 / 1_024],
  rate: ['rate', 'sagas/s', 1],
  heap: ['heap of one that waits', 'bytes', 1],
};

/** One row per metric that both have: the ratios of the rounds, and what was divided. */
function ratioRows(name, now, base) {
  return Object.entries(METRICS).flatMap(([metric, [shown, unit, factor]]) => {
    const of = (samples) => samples.map((sample) => sample[metric]);
    if (![...of(now), ...of(base)].every((value) => Number.isFinite(value) && value > 0)) return [];
    const ratios = of(now).map((value, round) => value / of(base)[round]);
    const values = [now, base].map((samples) => median(of(samples)) * factor);
    return [row(`${name}: ${shown}`, '× base', ratios, { compared: { values, unit } })];
  });
}

const keyOf = (subject, side) => `${subject}, ${side}`;
const everySide = (subjects) =>
  subjects.flatMap((subject) => SIDES.map((side) => keyOf(subject, side)));

function rowsOf(names, samples) {
  return Object.entries(names).flatMap(([subject, name]) =>
    ratioRows(name, samples[keyOf(subject, NOW)], samples[keyOf(subject, BASE)]),
  );
}

const PROCESS = {
  ours: 'a plan per saga',
  oursOnce: 'defined once',
  nest: 'through Nest, memory journal',
};

async function inProcess(settings, libs, declined, say) {
  const { rounds, roundMs } = settings;
  const measure = async (key) => {
    const [subject, side] = key.split(', ');
    const config = { lib: libs[side], key: subject, roundMs, declined };
    const { ns, garbage } = await inChild('time-child.mjs', config);
    return { cpu: ns / 1e3, garbage };
  };
  return rowsOf(PROCESS, await alternately(everySide(Object.keys(PROCESS)), rounds, measure, say));
}

async function heaps({ heapRounds, heapSagas }, libs, say) {
  const measure = async (key) => {
    const [subject, side] = key.split(', ');
    const config = { lib: libs[side], key: subject, sagas: heapSagas };
    return { heap: (await inChild('heap.mjs', config, ['--expose-gc'])).bytes };
  };
  const keys = everySide(Object.keys(PROCESS));
  return rowsOf(
    PROCESS,
    await alternately(keys, heapRounds, measure, (what) => say(`heap, ${what}`)),
  );
}

/** The rounds of one store; `where` says what a side's sagas are on. */
async function durable(store, inFlights, where, settings, libs, declined, say) {
  const names = {};
  const subjects = {};
  for (const inFlight of inFlights) {
    names[inFlight] = `${inFlight} in flight`;
    for (const side of SIDES) {
      subjects[keyOf(inFlight, side)] = {
        subject: store,
        lib: libs[side],
        folder: settings.folder,
        inFlight,
        declined,
        roundMs: settings.durableMs,
        warmUpMs: settings.warmUpMs,
        ...where(side),
      };
    }
  }
  return rowsOf(names, await durableRounds(subjects, settings, say));
}

const onFile = (declined) => (side) => ({ file: `base-${side}-${declined}.db` });

async function onServer(settings) {
  const urls = {};
  for (const side of SIDES) urls[side] = await settings.database(`base_${side}`);
  return (side) => ({ url: urls[side] });
}

async function onRestate(settings, libs, say) {
  const servers = {};
  try {
    for (const side of SIDES) servers[side] = await startRestateServer(['restate']);
    const where = (side) => {
      const { ingressUrl, adminUrl, ports } = servers[side];
      return { ingressUrl, adminUrl, port: ports.restate };
    };
    return await durable('restate', IN_FLIGHT, where, settings, libs, false, say);
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

async function undos({ rounds, undos: count }, libs, say) {
  const measure = async (key) => {
    const [steps, side] = key.split(', ');
    const config = { lib: libs[side], steps: Number(steps), undos: count };
    return { cpu: (await inChild('undo-child.mjs', config)).ns / 1e3 };
  };
  const names = { 10: 'one undo of 10', 999: 'one undo of 999' };
  return rowsOf(names, await alternately(everySide(Object.keys(names)), rounds, measure, say));
}

const NOTE = 'now ÷ base, the median of the rounds; measured alternately, each in a fresh process';

/** Before the journaled path was made leaner: what the goals below are told against. */
const GOALS_COMMIT = '39ba3c7b41ddbef9c5bba2bb2359281ec8f3c6ef';
/** By section, the rows that have a goal, and the most that their ratio may be. */
const GOALS = {
  'in-process': {
    'through Nest, memory journal: processor': 0.36,
    'through Nest, memory journal: garbage': 0.29,
  },
  sqlite: { '256 in flight: processor': 0.45 },
  postgres: { '256 in flight: processor': 0.5, "256 in flight: the server's processor": 0.75 },
};

/** None against another commit, and none for what could not be seen. */
function goalsOf(section, found, commit) {
  if (commit !== GOALS_COMMIT) return [];
  const rows = found.flatMap(([, some]) => some);
  return Object.entries(GOALS[section] ?? {}).flatMap(([name, limit]) => {
    const goal = `${section}, ${name}, now ÷ ${commit.slice(0, 7)}`;
    const measured = rows.find((row) => row.name === name);
    return measured === undefined ? [] : [atMost(goal, limit, measured.median, ' ×')];
  });
}

/** By section, what is compared with another revision. */
const COMPARISONS = {
  'in-process': async (settings, libs, say) => [
    ['In process', await inProcess(settings, libs, false, say)],
    ['Heap', await heaps(settings, libs, say)],
  ],
  sqlite: async (settings, libs, say) => [
    [
      'SQLite, synchronous = FULL',
      await durable('sqlite', IN_FLIGHT, onFile(false), settings, libs, false, say),
    ],
  ],
  postgres: async (settings, libs, say) => [
    [
      'Postgres, fsync = on',
      await durable('postgres', IN_FLIGHT, await onServer(settings), settings, libs, false, say),
    ],
  ],
  restate: async (settings, libs, say) => [['Restate', await onRestate(settings, libs, say)]],
  failure: async (settings, libs, say) => [
    ['The last step fails: in process', await inProcess(settings, libs, true, say)],
    [
      'The last step fails: SQLite',
      await durable('sqlite', [32, 256], onFile(true), settings, libs, true, say),
    ],
    [
      'The last step fails: Postgres',
      await durable('postgres', [32, 256], await onServer(settings), settings, libs, true, say),
    ],
    ['Undos, in process', await undos(settings, libs, say)],
  ],
};

/** The section of that name against another revision, whose built library is `settings.base.lib`. */
export function againstBase(name) {
  return async (settings, say) => {
    const libs = { [NOW]: settings.lib, [BASE]: settings.base.lib };
    const found = await COMPARISONS[name](settings, libs, say);
    return {
      parts: found.map(([title, rows]) => ({
        title: `${title}, against ${settings.base.commit.slice(0, 7)}`,
        note: NOTE,
        rows,
      })),
      goals: goalsOf(name, found, settings.base.commit),
    };
  };
}
