import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { Participant } from '../barrier/participant.js';
import { inParallel, runToEnd } from '../children.js';
import { FIRED } from '../crash-points.js';
import { openJournal } from '../stores.js';
import type { Ground } from '../sweep.js';
import type { Tally } from '../tally.js';
import { LEASE_MS, mustFail, PLACES, transferOf, type StepTask } from './step-task.js';

const CHILD = new URL('./barrier-steps/child.mjs', import.meta.url);
const ROUNDS = 2;
const PATIENCE_MS = 30_000;

/** B1, of one action: effects and the rows of the barrier are one, also while it is under way. */
async function tornIn(participant: Participant): Promise<readonly string[]> {
  const found: string[] = [];
  for (const key of await participant.keys()) {
    const books = await participant.books(key);
    const { done, undone, row, undoRow } = books;
    if (done === row && undone === undoRow && undone <= done && done <= 1) continue;
    found.push(`B1: ${key}: ${JSON.stringify(books)}`);
  }
  return found;
}

/** Another process takes up all that is left. Tells how each saga has ended, where not as it must. */
async function recovered(store: Ground['store'], participant: Participant) {
  const { barrier } = participant;
  const engine = new InProcessEngine({
    ...{ journal: await openJournal(store), logger: silentLogger, leaseMs: LEASE_MS, barrier },
    worker: { pollMs: 20 },
  });
  engine.register(transferOf(participant));
  await engine.recover();
  try {
    const end = performance.now() + PATIENCE_MS;
    for (; performance.now() < end; await sleep(50)) {
      const live = await engine.list({ status: ['running', 'compensating'], limit: 1 });
      if (live.sagas.length === 0) break;
    }
    const { sagas } = await engine.list({ limit: 1_000 });
    return sagas.flatMap(({ id, status }) =>
      status === (mustFail(id) ? 'compensated' : 'completed') ? [] : [`${id} is ${status}`],
    );
  } finally {
    await engine.close();
  }
}

/** What stands in the end, over all of them: three effects of each that completed, none of the others. */
async function standing(participant: Participant): Promise<number> {
  const keys = await participant.keys();
  const all = await Promise.all(keys.map((key) => participant.books(key)));
  return all.reduce((sum, { done, undone }) => sum + done - undone, 0);
}

/** Kills a process at every place of a step behind a barrier, and of its undo. Tells what was broken. */
async function sweepSteps(store: Ground['store'], elsewhere: Ground['store'], twin?: 'apart') {
  const journal = await openJournal(store);
  await journal.open();
  const participant = await Participant.open(elsewhere);
  const tasks = (Object.keys(PLACES) as StepTask['call'][]).flatMap((call) =>
    PLACES[call].flatMap((place) =>
      Array.from({ length: ROUNDS }, (_, round): StepTask => {
        const id = `${call} ${place}, ${round}`;
        return { store, elsewhere, id, call, place, ...(twin === undefined ? {} : { twin }) };
      }),
    ),
  );
  const found: string[] = [];
  try {
    await inParallel(tasks, 3, async (task) => {
      const { output } = await runToEnd(CHILD, [JSON.stringify(task)], PATIENCE_MS);
      if (!output.includes(`${FIRED}${task.place}`)) found.push(`${task.id}: no kill: ${output}`);
      found.push(...(await tornIn(participant)));
    });
    found.push(...(await recovered(store, participant)), ...(await tornIn(participant)));
    const want = 3 * tasks.filter(({ id }) => !mustFail(id)).length;
    const stands = await standing(participant);
    if (stands !== want) found.push(`B1: ${stands} effects stand, not ${want}`);
    return { kills: tasks.length, found };
  } finally {
    await participant.close();
    await journal.close();
  }
}

/** On each store; and the twin whose rows are in transactions of their own must be caught. */
export async function barrierSteps(make: () => Ground, name: string, tally: Tally): Promise<void> {
  const { kills, found } = await sweepSteps(make().store, make().store);
  for (const what of found) console.error(what);
  tally.kills += kills;
  const what = `${name}: steps behind a barrier, ${kills} kills (${tally.seconds})`;
  tally.check(found.length === 0, what);
  const twin = await sweepSteps(make().store, make().store, 'apart');
  const caught = twin.found.filter((line) => line.startsWith('B1: '));
  tally.check(
    caught.length > 0,
    `${name}: a step whose barrier is in transactions of its own: ${caught.length} caught`,
  );
}
