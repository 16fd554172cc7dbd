import { durableRounds, rateRatio, rateRow } from '../durable/rounds.mjs';
import { atLeast, median } from '../stats.mjs';

export const IN_FLIGHT = [1, 32, 256];
/** As many commits as a saga has, with nothing around them. */
export const INSERTS = '4 plain INSERTs';
const GOALS = { 1: 0.8, 32: 3, 256: 6 };

export function sqliteSubjects(settings, inFlights, declined) {
  return Object.fromEntries(
    inFlights.map((inFlight) => [
      `sqlite-${inFlight}`,
      {
        subject: 'sqlite',
        lib: settings.lib,
        folder: settings.folder,
        file: `sagas-${inFlight}-${declined}.db`,
        inFlight,
        declined,
        roundMs: settings.durableMs,
        warmUpMs: settings.warmUpMs,
      },
    ]),
  );
}

export async function sqlite(settings, say) {
  const subjects = sqliteSubjects(settings, IN_FLIGHT, false);
  const inserts = { ...subjects['sqlite-1'], subject: 'sqliteInserts' };
  const samples = await durableRounds({ ...subjects, inserts }, settings, say);
  const rows = IN_FLIGHT.map((inFlight) =>
    rateRow(`ours on SQLite, ${inFlight} in flight`, samples[`sqlite-${inFlight}`], {
      plot: true,
      ...(inFlight === 1 && { ratios: { [INSERTS]: rateRatio(samples, 'sqlite-1', 'inserts') } }),
    }),
  );
  rows.push(rateRow(`${INSERTS}, 1 in flight`, samples.inserts));
  const goals = IN_FLIGHT.map((inFlight) => {
    const found = samples[`sqlite-${inFlight}`];
    // One saga alone shares no commit: what counts is how many of those the disk lets through.
    const what = inFlight === 1 ? 'commits' : 'sagas';
    const value = median(found.map((s) => s.perSync * (inFlight === 1 ? s.commits : 1)));
    return atLeast(`SQLite, ${inFlight} in flight: ${what} per fdatasync`, GOALS[inFlight], value);
  });
  const part = {
    title: 'Durable on SQLite, synchronous = FULL',
    note: "through Nest; beside it the disk's own fdatasync rate, before and after each round in the same process",
    rows,
  };
  return { parts: [part], goals };
}
