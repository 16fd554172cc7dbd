import { durableRounds, rateRow } from '../durable/rounds.mjs';
import { processTimes, timeRows } from './in-process.mjs';
import { postgresRounds } from './postgres.mjs';
import { sqliteSubjects } from './sqlite.mjs';

const COMPARED = ['hand', 'ours', 'oursOnce', 'nodeSagas', 'effect', 'nest'];

/** The last step fails, so the two before it are undone. */
export async function failure(settings, say) {
  const { failureInFlight: inFlights } = settings;
  const times = await processTimes(COMPARED, { ...settings, declined: true }, say);
  const files = await durableRounds(sqliteSubjects(settings, inFlights, true), settings, say);
  const server = await postgresRounds(settings, inFlights, true, say);
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
  ];
  return { parts, goals: [] };
}
