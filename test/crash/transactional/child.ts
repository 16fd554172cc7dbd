import { setTimeout as sleep } from 'node:timers/promises';
import {
  silentLogger,
  type Journal,
  type JournalInTransaction,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { CrashPoints } from '../crash-points.js';
import { openJournal } from '../stores.js';
import { openMoves } from './moves.js';
import { LEASE_MS, PLACES, transferOf, type TransferTask } from './transfer-task.js';

// Runs one saga of transactional steps, and dies where it is told to.

const { store, id, place, call, twin } = JSON.parse(process.argv[2] ?? '') as TransferTask;
const points = new CrashPoints(1);
const journal = await openJournal(store, 'libsql');
await journal.open();
const moves = await openMoves(store);

/** The call that this transaction is of. */
let current = '';
const reach = (at: (typeof PLACES)[number]): void => {
  if (at === place && current === call) points.reach(at);
};

const transactions: SagaTransactions = {
  use: (tx) => moves.transactions.use(tx),
  run: async (work) => {
    const value = await moves.transactions.run(async (tx) => {
      const done = await work(tx);
      reach('after the append');
      // The transaction ends in this very turn: whether the server has had the word nobody knows.
      if (place === 'while COMMIT is on its way')
        void Promise.resolve().then(() => setImmediate(() => reach(place)));
      return done;
    });
    if (place === 'while COMMIT is on its way' && current === call) await sleep(1_000);
    reach('after the answer to COMMIT');
    return value;
  },
};

/** What is appended does not wait for the action's COMMIT. */
function elsewhere(it: Journal): Journal {
  const own = it.within?.bind(it);
  const within: Journal['within'] = (tx) => {
    const inside = own?.(tx) as JournalInTransaction;
    return Object.assign(inside, {
      append: async (batch: Parameters<JournalInTransaction['append']>[0]) => it.append(batch),
    });
  };
  return Object.assign(it, { within });
}

const engine = new InProcessEngine({
  journal: twin === undefined ? journal : elsewhere(journal),
  logger: silentLogger,
  leaseMs: LEASE_MS,
  worker: false,
  transactions,
});
const plan = transferOf(moves, (what) => {
  current = what;
  reach('before the append');
});
engine.register(plan);
const handle = await engine.start(plan, {}, { id });
await handle.result().catch(() => undefined);
await sleep(5_000);
