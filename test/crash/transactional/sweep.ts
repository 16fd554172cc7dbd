import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { inParallel, runToEnd } from '../children.js';
import { FIRED } from '../crash-points.js';
import { openJournal } from '../stores.js';
import type { Ground } from '../sweep.js';
import type { Tally } from '../tally.js';
import { openMoves, type Moves } from './moves.js';
import { endsOf, violationsOf, Watcher } from './rules.js';
import { LEASE_MS, mustFail, PLACES, transferOf, type TransferTask } from './transfer-task.js';

const CHILD = new URL('./transactional/child.mjs', import.meta.url);
const CALLS = ['do Credit', 'undo Credit'] as const;
const ROUNDS = 2;
const PATIENCE_MS = 30_000;

async function recover({ store }: Ground, moves: Moves): Promise<void> {
  const journal = await openJournal(store, 'libsql');
  const worker = { pollMs: 20 };
  const { transactions } = moves;
  const settings = { logger: silentLogger, leaseMs: LEASE_MS, worker, transactions };
  const engine = new InProcessEngine({ journal, ...settings });
  engine.register(transferOf(moves));
  await engine.recover();
  const end = performance.now() + PATIENCE_MS;
  try {
    for (;;) {
      const live = await engine.list({ status: ['running', 'compensating'], limit: 1 });
      if (live.sagas.length === 0 || performance.now() > end) return;
      await sleep(50);
    }
  } finally {
    await engine.close();
  }
}

/** Kills a process at every place of the transaction of a step and of an undo, and looks at what others see of it. */
async function sweepSteps(ground: Ground, twin?: TransferTask['twin']) {
  const journal = await openJournal(ground.store, 'libsql');
  await journal.open();
  const moves = await openMoves(ground.store);
  const places = CALLS.flatMap((call) => PLACES.map((place) => ({ call, place })));
  const tasks = places.flatMap(({ call, place }) =>
    Array.from({ length: ROUNDS }, (_, round): TransferTask => {
      const id = `${call}: ${place}, ${round}`;
      return { store: ground.store, id, call, place, ...(twin === undefined ? {} : { twin }) };
    }),
  );
  const found: string[] = [];
  try {
    const watcher = new Watcher(() => moves.look(), 2);
    await inParallel(tasks, 2, async (task) => {
      const { output } = await runToEnd(CHILD, [JSON.stringify(task)], PATIENCE_MS);
      if (!output.includes(`${FIRED}${task.place}`)) found.push(`${task.id}: no kill: ${output}`);
    });
    await recover(ground, moves);
    await watcher.stop();
    const look = await moves.look();
    found.push(...watcher.found, ...violationsOf(look), ...endsOf(look, mustFail));
    if (look.length !== tasks.length) found.push(`${look.length} sagas of ${tasks.length}`);
    return { kills: tasks.length, looks: watcher.looks, found };
  } finally {
    await moves.close();
    await journal.close();
  }
}

/** On each store; and the twin that appends beside its action's transaction must be caught. */
export async function transactionalSteps(
  make: () => Ground,
  name: string,
  tally: Tally,
): Promise<void> {
  const { kills, looks, found } = await sweepSteps(make());
  for (const what of found) console.error(what);
  tally.kills += kills;
  const what = `${name}: transactional steps, ${kills} kills, ${looks} looks (${tally.seconds})`;
  tally.check(found.length === 0, what);
  // On SQLite such a journal waits for itself.
  if (name !== 'postgres') return;
  const twin = await sweepSteps(make(), 'elsewhere');
  const caught = twin.found.filter((line) => line.startsWith('T1: '));
  tally.check(caught.length > 0, `${name}: an append elsewhere: ${caught.length} caught`);
}
