import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, type SagaSummary } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { inParallel, runToEnd } from '../children.js';
import { FIRED } from '../crash-points.js';
import { openJournal } from '../stores.js';
import type { Ground } from '../sweep.js';
import type { Tally } from '../tally.js';
import { openOrders } from './orders.js';
import { LEASE_MS, placeOrder, PLACES, type PlaceTask } from './place-task.js';

const CHILD = new URL('./in-transaction/child.mjs', import.meta.url);
const ROUNDS = 3;
const PATIENCE_MS = 30_000;

/** T3: of what was started in a transaction there is a saga where there is a row, and it ends. */
function broken(orders: readonly string[], sagas: readonly SagaSummary[]): readonly string[] {
  const started = new Set(sagas.map(({ id }) => id));
  const rows = new Set(orders);
  return [
    ...orders.filter((id) => !started.has(id)).map((id) => `T3: ${id} is a row without a saga`),
    ...sagas.flatMap(({ id, status }) => [
      ...(rows.has(id) ? [] : [`T3: ${id} is a saga without its row`]),
      ...(status === 'completed' ? [] : [`${id} is ${status}`]),
    ]),
  ];
}

async function recovered({ store }: Ground): Promise<readonly string[]> {
  const journal = await openJournal(store, 'libsql');
  const worker = { pollMs: 20 };
  const engine = new InProcessEngine({ journal, logger: silentLogger, leaseMs: LEASE_MS, worker });
  engine.register(placeOrder(() => undefined));
  await engine.recover();
  const orders = await openOrders(store);
  try {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const live = await engine.list({ status: ['running', 'compensating'], limit: 1 });
      if (live.sagas.length === 0 || performance.now() > end) break;
      await sleep(50);
    }
    const { sagas } = await engine.list({ limit: 1_000 });
    return broken(await orders.ids(), sagas);
  } finally {
    await engine.close();
    await orders.close();
  }
}

/** Kills a process at every place of a start in a transaction. Tells what was broken, and how often it killed. */
export async function sweepInTransaction(ground: Ground, twin?: PlaceTask['twin']) {
  // What everybody finds opened.
  await recovered(ground);
  const tasks = PLACES.flatMap((place) =>
    Array.from({ length: ROUNDS }, (_, round): PlaceTask => {
      const id = `${place}, ${round}`;
      return { store: ground.store, id, place, ...(twin === undefined ? {} : { twin }) };
    }),
  );
  const found: string[] = [];
  await inParallel(tasks, 3, async (task) => {
    const { output } = await runToEnd(CHILD, [JSON.stringify(task)], PATIENCE_MS);
    if (!output.includes(`${FIRED}${task.place}`)) found.push(`${task.id}: no kill: ${output}`);
  });
  found.push(...(await recovered(ground)));
  return { cases: tasks.length, found };
}

/** On each store; and the twin that starts its saga before the transaction must be caught. */
export async function inTransaction(make: () => Ground, name: string, tally: Tally): Promise<void> {
  const { cases, found } = await sweepInTransaction(make());
  for (const what of found) console.error(what);
  tally.kills += cases;
  tally.check(
    found.length === 0,
    `${name}: started in a transaction, ${cases} kills (${tally.seconds})`,
  );
  const twin = await sweepInTransaction(make(), 'before');
  const caught = twin.found.filter((what) => what.startsWith('T3: '));
  tally.check(
    caught.length > 0,
    `${name}: a start before the transaction: ${caught.length} caught`,
  );
}
