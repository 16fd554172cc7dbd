import { durableRounds, rateRow, ratioOf } from '../durable/rounds.mjs';
import { inChild } from '../child.mjs';
import { alternately, atMost, ratio, row } from '../stats.mjs';
import { happy, processTimes, timeRows } from './in-process.mjs';
import { postgresSubjects } from './postgres.mjs';
import { sqliteSubjects } from './sqlite.mjs';

const COMPARED = ['hand', 'ours', 'oursOnce', 'nodeSagas', 'nodeSagasPerSaga', 'effect', 'nest'];
const TIMES_HAPPY = 2;

/** The shortest and the longest saga whose undos are compared. */
const SHORT = 10;
const LONG = 999;

async function undoTimes({ lib, rounds, undos }, say) {
  const measure = async (steps) => (await inChild('undo-child.mjs', { lib, steps, undos })).ns;
  return alternately([SHORT, LONG], rounds, measure, (what) => say(`undo, ${what} steps`));
}

async function inProcess(settings, say) {
  const keys = [...COMPARED, happy('nest')];
  const times = await processTimes(keys, { ...settings, declined: true }, say);
  const { ours, oursOnce, nodeSagas, nodeSagasPerSaga, nest } = times.samples;
  const nestTimesHappy = ratio(nest, times.samples[happy('nest')]);
  const rows = timeRows(times, COMPARED, {});
  rows[COMPARED.indexOf('nest')].ratios['its happy path'] = nestTimesHappy;
  const name = 'the last step fails: ours';
  const goals = [
    atMost(`${name} ÷ node-sagas, plan per saga`, 1, ratio(ours, nodeSagasPerSaga), ' ×'),
    atMost(`${name} ÷ node-sagas, defined once`, 1, ratio(oursOnce, nodeSagas), ' ×'),
    atMost(
      `${name}, its plan per saga ÷ node-sagas, builder once`,
      1,
      ratio(ours, nodeSagas),
      ' ×',
    ),
    atMost(`${name} through Nest ÷ its happy path`, TIMES_HAPPY, nestTimesHappy, ' ×'),
  ];
  return { rows, goals };
}

const WHOSE = { cpu: 'processor', serverCpu: "the server's processor" };

/** By whose processor it is, what a failing saga takes as a multiple of one that completes. */
function timesHappy(samples, key) {
  return Object.entries(WHOSE).flatMap(([field, whose]) => {
    const value = ratioOf(samples, key, happy(key), field);
    return Number.isFinite(value) ? [[whose, value]] : [];
  });
}

/** Sagas that fail and sagas that complete in the same rounds, each kind in a journal of its own. */
async function durable({ key, store, subjectsFor, peers = {} }, settings, say) {
  const { failureInFlight: inFlights } = settings;
  const subjects = {};
  for (const subject of [key, ...Object.keys(peers)]) {
    Object.assign(subjects, await subjectsFor(subject, inFlights, true, settings));
  }
  const completing = await subjectsFor(key, inFlights, false, settings);
  for (const [name, subject] of Object.entries(completing)) subjects[happy(name)] = subject;
  const samples = await durableRounds(subjects, settings, say);
  const rowOf = (name, subject, inFlight, ratios = {}) =>
    rateRow(`${name} on ${store}, ${inFlight} in flight`, samples[`${subject}-${inFlight}`], {
      ratios,
    });
  const found = inFlights.map((inFlight) => {
    const times = timesHappy(samples, `${key}-${inFlight}`);
    const ratios = Object.entries(peers).map(([peer, name]) => [
      name,
      ratioOf(samples, `${key}-${inFlight}`, `${peer}-${inFlight}`),
    ]);
    for (const [whose, value] of times) ratios.push([`${whose} of one that completes`, value]);
    return {
      rows: [
        rowOf('ours', key, inFlight, Object.fromEntries(ratios)),
        ...Object.entries(peers).map(([peer, name]) => rowOf(name, peer, inFlight)),
      ],
      goals: times.map(([whose, value]) => {
        const goal = `the last step fails: ${store}, ${inFlight} in flight ÷ its happy path, ${whose}`;
        return atMost(goal, TIMES_HAPPY, value, ' ×');
      }),
    };
  });
  return { rows: found.flatMap(({ rows }) => rows), goals: found.flatMap(({ goals }) => goals) };
}

const SQLITE = { key: 'sqlite', store: 'SQLite', subjectsFor: sqliteSubjects };
const POSTGRES = {
  ...{ key: 'postgres', store: 'Postgres', subjectsFor: postgresSubjects },
  peers: { dbos: 'DBOS' },
};

/** The last step fails, so the two before it are undone. */
export async function failure(settings, say) {
  const times = await inProcess(settings, say);
  const files = await durable(SQLITE, settings, say);
  const server = await durable(POSTGRES, settings, say);
  const undos = await undoTimes(settings, say);
  const parts = [
    {
      title: 'The last step fails, two are undone: in process',
      note: 'processor time of one saga; node-sagas undoes the failed step, too',
      rows: times.rows,
    },
    {
      title: 'The last step fails, two are undone: durable',
      note: 'as above; ended as compensated, checked in the journal; beside it the processor time as a multiple of that of sagas that complete, measured in the same rounds',
      rows: [...files.rows, ...server.rows],
    },
    {
      title: 'What one undo costs in sagas of a few steps and of many, in process',
      note: 'from the failure of the last step to the end of the saga; steps and undos are async no-ops',
      rows: Object.entries(undos).map(([steps, samples]) =>
        row(`${steps} steps are undone`, 'ns/undo', samples, { plot: false }),
      ),
    },
  ];
  const growth = ratio(undos[LONG], undos[SHORT]);
  const goals = [
    ...times.goals,
    ...files.goals,
    ...server.goals,
    atMost(`one undo of ${LONG} ÷ one of ${SHORT}`, 1.2, growth, ' ×'),
  ];
  return { parts, goals };
}
