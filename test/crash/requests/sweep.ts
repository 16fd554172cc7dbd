import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel, runToEnd } from '../children.js';
import { FIRED } from '../crash-points.js';
import type { Ground } from '../sweep.js';
import type { Tally } from '../tally.js';
import { problemsOf } from './judge.js';
import { openShop } from './parcel.js';
import { actOf, ASKED, PLACES, REF, WHY, type RequestTask } from './request-task.js';

const CHILD = new URL('./requests/child.mjs', import.meta.url);
const PATIENCE_MS = 30_000;

/** The saga stands as it is to stand, and what is asked for has been left, where its process is not to die. */
async function prepare(task: RequestTask): Promise<void> {
  const { engine, definition, depot } = await openShop(task);
  const { result } = await engine.start(definition, {}, { id: REF.id });
  if (task.asked !== 'cancel') await result().catch(() => undefined);
  if (task.role === 'work') await engine.operators.request(REF, actOf(task), WHY);
  // What it would do with it is for the process that dies.
  await engine.close();
  depot.open();
}

/** Another process takes over whatever is left, until nothing more happens; then it is judged. */
async function judged(task: RequestTask): Promise<readonly string[]> {
  const { application } = task;
  const { engine, journal, depot } = await openShop(task);
  await engine.recover();
  const ref = { application, ...REF };
  const end = performance.now() + PATIENCE_MS;
  const isOver = async (): Promise<boolean> => {
    const { requests } = await journal.operators.requests({ application });
    const row = await journal.get(ref);
    const isAsked = requests.some(({ outcome }) => outcome === null);
    return !isAsked && (requests.length === 0 || row?.status !== 'running');
  };
  while (!(await isOver()) && performance.now() < end) await sleep(20);
  while ((await journal.get(ref))?.status === 'compensating' && performance.now() < end)
    await sleep(20);
  const { requests } = await journal.operators.requests({ application });
  const { entries: audit } = await journal.operators.audit({ application });
  const { row, entries = [] } = (await journal.load(ref)) ?? {};
  const { timesTakenBack } = depot;
  await engine.close();
  return problemsOf(task, { row, entries, requests, audit, timesTakenBack });
}

/** Kills who asks and who carries it out at every place. Tells what was broken. */
async function sweepRequests(ground: Ground, acts = ASKED, twin?: RequestTask['twin']) {
  const roles = twin === undefined ? (['ask', 'work'] as const) : (['work'] as const);
  const tasks = acts.flatMap((asked) =>
    roles.flatMap((role) =>
      PLACES[role].map((place): RequestTask => {
        const application = `${asked} ${place}`.replaceAll(' ', '-');
        return { ...ground, application, asked, role, place, ...(twin ? { twin } : {}) };
      }),
    ),
  );
  const found: string[] = [];
  await inParallel(tasks, 2, async (task) => {
    await prepare(task);
    const { output } = await runToEnd(CHILD, [JSON.stringify(task)], PATIENCE_MS);
    const problems = output.includes(`${FIRED}${task.place}`) ? [] : [`no kill: ${output}`];
    problems.push(...(await judged(task)));
    found.push(...problems.map((problem) => `${task.application}: ${problem}`));
  });
  return { cases: tasks.length, found };
}

/** On each store; and the twin whose audit does not tell what was done must be caught. */
export async function requests(make: () => Ground, name: string, tally: Tally): Promise<void> {
  const { cases, found } = await sweepRequests(make());
  for (const one of found) console.error(`✘ ${name}: ${one}`);
  tally.kills += cases;
  tally.check(
    found.length === 0,
    `${name}: operators' requests, ${cases} kills (${tally.seconds})`,
  );
  const twin = await sweepRequests(make(), ['retry-compensation'], 'forgetful');
  const caught = twin.found.filter((one) => one.includes('and not done')).length;
  tally.check(caught > 0, `${name}: an audit that does not tell what was done: ${caught} cases`);
}
