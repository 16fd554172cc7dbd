import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { openJournal, type StoreConfig } from '../stores.js';
import { openMoves } from './moves.js';
import { RUN, runPlan } from './run-settings.js';

// Takes up sagas of transactional steps until it is killed.

const store = JSON.parse(process.argv[2] ?? '') as StoreConfig;
const journal = await openJournal(store, 'libsql');
await journal.open();
const moves = await openMoves(store);
const { transactions } = moves;
const engine = new InProcessEngine({
  ...{ journal, logger: silentLogger, transactions, leaseMs: RUN.leaseMs },
  worker: { pollMs: 50, concurrency: RUN.concurrency, maxRecoveries: 1_000 },
});
engine.register(runPlan(moves));
await engine.recover();
setInterval(() => undefined, 1_000);
