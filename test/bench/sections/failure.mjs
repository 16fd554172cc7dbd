import { durableRounds, rateRow } from '../durable/rounds.mjs';
import { inChild } from '../child.mjs';
import { alternately, atMost, ratio, row } from '../stats.mjs';
import { processTimes, timeRows } from './in-process.mjs';
import { postgresRounds } from './postgres.mjs';
import { sqliteSubjects } from './sqlite.mjs';

const COMPARED = ['hand', 'ours', 'oursOnce', 'nodeSagas', 'effect', 'nest'];

/** The shortest and the longest saga whose undos are compared. */
const SHORT = 10;
const LONG = 999;

async function undoTimes({ lib, rounds, undos }, say) {
  const measure = async (steps) => (await inChild('undo-child.mjs', { lib, steps, undos })).ns;
  return alternately([SHORT, LONG], rounds, measure, (what) => say(`undo, ${what} steps`));
}

/** The last step fails, so the two before it are undone. */
export async function failure(settings, say) {
  const { failureInFlight: inFlights } = settings;
  const times = await processTimes(COMPARED, { ...settings, declined: true }, say);
  const files = await durableRounds(sqliteSubjects(settings, inFlights, true), settings, say);
  const server = await postgresRounds(settings, inFlights, true, say);
  const undos = await undoTimes(settings, say);
  const parts = [
    {
      title: 'The last step fails, two are undone: in process',
      note: 'processor time of one saga; node-sagas undoes the failed step, too',
      rows: timeRows(times),
    },
    {
      title: 'The last step fails, two are undone: durable',
      note: 'as above; ended as compensated, checked in the journal',
      rows: [
        ...inFlights.map((inFlight) =>
          rateRow(`ours on SQLite, ${inFlight} in flight`, files[`sqlite-${inFlight}`]),
        ),
        ...server.rows.map((found) => ({ ...found, plot: false })),
      ],
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
  return { parts, goals: [atMost(`one undo of ${LONG} ÷ one of ${SHORT}`, 2, growth, ' ×')] };
}
