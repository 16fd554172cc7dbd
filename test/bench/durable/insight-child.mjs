import { fillPostgres, fillSqlite } from './insight-rows.mjs';
import { insightTimes } from './insight-reads.mjs';
import { openJournal } from './open-ours.mjs';

/** Fills a journal by SQL, and asks it from another one, which has read nothing yet. */
async function measure({ lib, subject, place, sagas, looks }) {
  const made = await openJournal(lib, { subject, place });
  await made.open();
  await made.close();
  if (subject === 'sqlite') await fillSqlite(lib, place, sagas);
  else await fillPostgres(place, sagas);
  const journal = await openJournal(lib, { subject, place });
  await journal.open();
  try {
    return await insightTimes(journal, looks);
  } finally {
    await journal.close();
  }
}

const times = await measure(JSON.parse(process.argv[2]));
process.stdout.write(JSON.stringify(times));
process.exit(0);
