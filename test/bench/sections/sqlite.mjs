import { durableRounds, rateRow, ratioOf, subjectsOf } from '../durable/rounds.mjs';
import { atLeast } from '../stats.mjs';

export const IN_FLIGHT = [1, 32, 256];
/** As many commits as a saga has, with nothing around them. */
export const INSERTS = '4 plain INSERTs';
/** The same rows by hand: what is left when the engine, its leases and its codec are not there. */
export const BARE = 'bare prototype';
const NAMES = { sqlite: 'ours on SQLite', bareSqlite: `${BARE} on SQLite` };
/** The least rate of ours, as a multiple of the limit that runs beside it. */
const GOALS = { 1: [INSERTS, 0.8], 32: [BARE, 0.6], 256: [BARE, 0.65] };

let files = 0;

/** Each number in flight in a file of its own. */
export function sqliteSubjects(subject, inFlights, declined, settings) {
  return subjectsOf(subject, inFlights, settings, (inFlight) => ({
    file: `${subject}-${(files += 1)}.db`,
    declined,
  }));
}

export async function sqlite(settings, say) {
  const subjects = Object.assign(
    {},
    ...Object.keys(NAMES).map((key) => sqliteSubjects(key, IN_FLIGHT, false, settings)),
  );
  const inserts = { ...subjects['sqlite-1'], subject: 'sqliteInserts' };
  const samples = await durableRounds({ ...subjects, inserts }, settings, say);
  const ratiosOf = (inFlight) => ({
    [BARE]: ratioOf(samples, `sqlite-${inFlight}`, `bareSqlite-${inFlight}`),
    ...(inFlight === 1 && { [INSERTS]: ratioOf(samples, 'sqlite-1', 'inserts') }),
  });
  const rows = IN_FLIGHT.flatMap((inFlight) =>
    Object.entries(NAMES).map(([subject, name]) =>
      rateRow(`${name}, ${inFlight} in flight`, samples[`${subject}-${inFlight}`], {
        plot: true,
        ...(subject === 'sqlite' && { ratios: ratiosOf(inFlight) }),
      }),
    ),
  );
  rows.push(rateRow(`${INSERTS}, 1 in flight`, samples.inserts));
  const goals = IN_FLIGHT.map((inFlight) => {
    const [limit, least] = GOALS[inFlight];
    const name = `SQLite, ${inFlight} in flight: ours ÷ ${limit}`;
    return atLeast(name, least, ratiosOf(inFlight)[limit], ' ×');
  });
  const part = {
    title: 'Durable on SQLite, synchronous = FULL',
    note: "ours through Nest; beside it the same rows by hand, and the disk's own fdatasync rate, before and after each round in the same process",
    rows,
  };
  return { parts: [part], goals };
}
