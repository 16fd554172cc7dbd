import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { CrashPoints } from '../crash-points.js';
import { openJournal } from '../stores.js';
import { openOrders } from './orders.js';
import { LEASE_MS, placeOrder, PLACES, type PlaceTask } from './place-task.js';

// Places one order with its saga in one transaction, and dies where it is told to.

const { store, id, place, twin } = JSON.parse(process.argv[2] ?? '') as PlaceTask;
const points = new CrashPoints(1);
const reach = (at: (typeof PLACES)[number]): void => {
  if (at === place) points.reach(at);
};
const journal = await openJournal(store, 'libsql');
await journal.open();
const orders = await openOrders(store);
const { transactions } = orders;
const settings = { logger: silentLogger, leaseMs: LEASE_MS, worker: false, transactions };
const engine = new InProcessEngine({ journal, ...settings });
const plan = placeOrder(() => reach('in its first step'));
engine.register(plan);
await engine.open();

let committing: Promise<unknown> | undefined;
// What everybody does who has no such start.
if (twin !== undefined) await engine.start(plan, { id }, { id });
const placed = transactions.run(async (transaction) => {
  await orders.place(transaction, id);
  reach('before the saga is stored');
  if (twin === undefined) await engine.start(plan, { id }, { id, transaction });
  reach('before COMMIT');
  if (place === 'after ROLLBACK') throw new Error('no credit');
  // The transaction ends in this very turn: whether the server has had the word nobody knows.
  if (place === 'while COMMIT is on its way')
    committing = Promise.resolve().then(() => setImmediate(() => reach(place)));
});
await committing;
await placed.catch(() => undefined);
reach(place === 'after ROLLBACK' ? place : 'after COMMIT');
await sleep(5_000);
