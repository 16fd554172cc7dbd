import { isSagaError } from 'nestjs-saga-orchestrator/core';
import { inParallel, runToEnd } from '../children.js';
import { FIRED } from '../crash-points.js';
import type { Ground } from '../sweep.js';
import type { Tally } from '../tally.js';
import { PLACES, type CallTask, type Told } from './call-task.js';
import { Participant } from './participant.js';

const CHILD = new URL('./barrier/child.mjs', import.meta.url);
const ROUNDS = 2;
const PATIENCE_MS = 30_000;

/** B1, as far as one moment can show it: effects and their rows are one. */
async function tornIn(participant: Participant, key: string): Promise<readonly string[]> {
  const books = await participant.books(key);
  const { done, undone, row, undoRow } = books;
  if (done === row && undone === undoRow && undone <= done && done <= 1) return [];
  return [`B1: ${key}: ${JSON.stringify(books)}`];
}

const blocked = (error: unknown): string =>
  isSagaError(error, 'SAGA_BLOCKED') ? 'blocked' : String(error);

/** What the saga does that had no answer: it asks again, twice at once, and undoes it in the end. */
async function askedAgain(participant: Participant, { key, told }: CallTask) {
  const found: string[] = [...(await tornIn(participant, key))];
  const expect = async (done: number, undone: number, when: string): Promise<void> => {
    const books = await participant.books(key);
    if (books.done === done && books.undone === undone) return;
    found.push(`B1: ${key}: ${when}: ${JSON.stringify(books)}`);
  };
  const twice = async (it: () => Promise<string | undefined>, when: string): Promise<string> => {
    const [one, other] = await Promise.all([it().catch(blocked), it().catch(blocked)]);
    if (one !== other)
      found.push(`B1: ${key}: ${when}: answered '${String(one)}' and '${String(other)}'`);
    return String(one);
  };
  const act = () => participant.do(key, 'by another');
  const undo = () => participant.undo(key, 'by another');
  if (told === 'action') {
    const first = await twice(act, 'repeated');
    await expect(1, 0, 'repeated');
    await twice(undo, 'undone');
    if ((await twice(act, 'late')) !== first) found.push(`B1: ${key}: a late action is another`);
  } else {
    await twice(undo, 'undone');
    const late = await twice(act, 'late');
    const want = told === 'undo' ? 'by the dead' : 'blocked';
    if (late !== want) found.push(`B1: ${key}: a late action was '${late}', not '${want}'`);
  }
  const took = told === 'null undo' ? 0 : 1;
  await expect(took, took, 'in the end');
  found.push(...(await tornIn(participant, key)));
  return found;
}

/** Kills a participant at every place of a call. Tells what was broken, and how often it killed. */
export async function sweepBarrier({ store }: Ground, twin?: CallTask['twin']) {
  const tasks = (Object.keys(PLACES) as Told[]).flatMap((told) =>
    PLACES[told].flatMap((place) =>
      Array.from({ length: ROUNDS }, (_, round): CallTask => {
        const key = `${told}.${place}.${round}`.replaceAll(' ', '-');
        return { store, key, told, place, ...(twin === undefined ? {} : { twin }) };
      }),
    ),
  );
  const participant = await Participant.open(store);
  const found: string[] = [];
  await inParallel(tasks, 3, async (task) => {
    const { output } = await runToEnd(CHILD, [JSON.stringify(task)], PATIENCE_MS);
    if (!output.includes(`${FIRED}${task.place}`)) found.push(`${task.key}: no kill: ${output}`);
    found.push(...(await askedAgain(participant, task)));
  });
  await participant.close();
  return { cases: tasks.length, found };
}

/** On each store; and the twin whose rows are in transactions of their own must be caught. */
export async function barrier(make: () => Ground, name: string, tally: Tally): Promise<void> {
  const { cases, found } = await sweepBarrier(make());
  for (const what of found) console.error(what);
  tally.kills += cases;
  tally.check(found.length === 0, `${name}: behind a barrier, ${cases} kills (${tally.seconds})`);
  const twin = await sweepBarrier(make(), 'apart');
  const caught = twin.found.filter((what) => what.startsWith('B1: '));
  tally.check(
    caught.length > 0,
    `${name}: a barrier in a transaction of its own: ${caught.length} caught`,
  );
}
