import { durableRounds, rateRow, ratioOf, subjectsOf } from '../durable/rounds.mjs';
import { atLeast, atMost, median } from '../stats.mjs';
import { BARE, IN_FLIGHT, INSERTS } from './sqlite.mjs';

const NAMES = {
  postgres: 'ours on Postgres',
  barePostgres: `${BARE} on Postgres`,
  dbos: 'DBOS on Postgres',
};
const TIMES_DBOS = { 1: 4, 32: 25, 256: 25 };
const TIMES_INSERTS = 0.7;

/** Each subject in a database of its own, so that their commits can be told apart. */
export async function postgresSubjects(subject, inFlights, declined, settings) {
  const url = await settings.database(`${subject}_${declined}`.toLowerCase());
  return subjectsOf(subject, inFlights, settings, () => ({ url, declined }));
}

export async function postgres(settings, say) {
  const subjects = await postgresSubjects('postgresInserts', [1], false, settings);
  for (const subject of Object.keys(NAMES)) {
    Object.assign(subjects, await postgresSubjects(subject, IN_FLIGHT, false, settings));
  }
  const samples = await durableRounds(subjects, settings, say);
  const against = (inFlight, key) => ratioOf(samples, `postgres-${inFlight}`, key);
  const ratiosOf = (inFlight) => ({
    DBOS: against(inFlight, `dbos-${inFlight}`),
    [BARE]: against(inFlight, `barePostgres-${inFlight}`),
    ...(inFlight === 1 && { [INSERTS]: against(1, 'postgresInserts-1') }),
  });
  const rows = IN_FLIGHT.flatMap((inFlight) =>
    Object.entries(NAMES).map(([subject, name]) =>
      rateRow(`${name}, ${inFlight} in flight`, samples[`${subject}-${inFlight}`], {
        plot: true,
        ...(subject === 'postgres' && { ratios: ratiosOf(inFlight) }),
      }),
    ),
  );
  rows.push(rateRow(`${INSERTS}, 1 in flight`, samples['postgresInserts-1']));
  const goals = IN_FLIGHT.flatMap((inFlight) => {
    const { DBOS, [INSERTS]: timesInserts } = ratiosOf(inFlight);
    const commits = median(samples[`postgres-${inFlight}`].map((sample) => sample.commits));
    const name = `Postgres, ${inFlight} in flight`;
    return [
      atLeast(`${name}: ours ÷ DBOS`, TIMES_DBOS[inFlight], DBOS, ' ×'),
      ...(inFlight === 1
        ? [
            atLeast(`${name}: ours ÷ ${INSERTS}`, TIMES_INSERTS, timesInserts, ' ×'),
            atMost(`${name}: commits per saga`, 4, Math.round(commits * 100) / 100),
          ]
        : []),
      ...(inFlight === 32 ? [atMost(`${name}: commits per saga`, 1, commits)] : []),
    ];
  });
  const part = {
    title: 'Durable on Postgres, fsync = on, ours and DBOS on the same server',
    note: "beside ours the same rows by hand; each round in a fresh process; commits and syncs of the log by the server's own statistics",
    rows,
  };
  return { parts: [part], goals };
}
