import { durableRounds, rateRatio, rateRow } from '../durable/rounds.mjs';
import { atLeast, atMost, median } from '../stats.mjs';
import { IN_FLIGHT, INSERTS } from './sqlite.mjs';

const NAMES = { postgres: 'ours on Postgres', dbos: 'DBOS on Postgres' };
const PER_SYNC = { 1: 0.45, 32: 1.5, 256: 4 };
const TIMES_DBOS = { 1: 3, 32: 10, 256: 10 };

function postgresSubjects(settings, databases, inFlights, declined) {
  const of = (subject, inFlight) => ({
    subject,
    lib: settings.lib,
    folder: settings.folder,
    url: databases[subject],
    inFlight,
    declined,
    roundMs: settings.durableMs,
    warmUpMs: settings.warmUpMs,
  });
  return Object.fromEntries(
    inFlights.flatMap((inFlight) =>
      Object.keys(NAMES).map((subject) => [`${subject}-${inFlight}`, of(subject, inFlight)]),
    ),
  );
}

/** Both on the same server, each in a database of its own, so that their commits can be told apart. */
export async function postgresRounds(settings, inFlights, declined, say) {
  const databases = {
    postgres: await settings.database(`ours_${declined}`),
    dbos: await settings.database(`dbos_${declined}`),
  };
  const subjects = postgresSubjects(settings, databases, inFlights, declined);
  if (!declined) {
    const url = await settings.database('inserts');
    subjects.inserts = { ...subjects['postgres-1'], subject: 'postgresInserts', url };
  }
  const samples = await durableRounds(subjects, settings, say);
  const timesDbos = (inFlight) => rateRatio(samples, `postgres-${inFlight}`, `dbos-${inFlight}`);
  const ratiosOf = (inFlight) => ({
    DBOS: timesDbos(inFlight),
    ...(inFlight === 1 &&
      samples.inserts && { [INSERTS]: rateRatio(samples, 'postgres-1', 'inserts') }),
  });
  const rows = inFlights.flatMap((inFlight) =>
    Object.entries(NAMES).map(([subject, name]) =>
      rateRow(`${name}, ${inFlight} in flight`, samples[`${subject}-${inFlight}`], {
        plot: true,
        ...(subject === 'postgres' && { ratios: ratiosOf(inFlight) }),
      }),
    ),
  );
  if (samples.inserts) rows.push(rateRow(`${INSERTS}, 1 in flight`, samples.inserts));
  return { samples, rows, timesDbos };
}

export async function postgres(settings, say) {
  const { samples, rows, timesDbos } = await postgresRounds(settings, IN_FLIGHT, false, say);
  const goals = IN_FLIGHT.flatMap((inFlight) => {
    const found = samples[`postgres-${inFlight}`];
    const commits = median(found.map((sample) => sample.commits));
    const perSync = found.map((s) => s.perSync * (inFlight === 1 ? s.commits : 1));
    const what = inFlight === 1 ? 'commits' : 'sagas';
    const name = `Postgres, ${inFlight} in flight`;
    return [
      atLeast(`${name}: ${what} per fdatasync`, PER_SYNC[inFlight], median(perSync)),
      atLeast(`${name}: ours ÷ DBOS`, TIMES_DBOS[inFlight], timesDbos(inFlight), ' ×'),
      ...(inFlight === 1
        ? [atMost(`${name}: commits per saga`, 4, Math.round(commits * 100) / 100)]
        : []),
      ...(inFlight === 32 ? [atMost(`${name}: commits per saga`, 1, commits)] : []),
    ];
  });
  const part = {
    title: 'Durable on Postgres, fsync = on, ours and DBOS on the same server',
    note: "each round in a fresh process; commits and syncs of the log by the server's own statistics",
    rows,
  };
  return { parts: [part], goals };
}
