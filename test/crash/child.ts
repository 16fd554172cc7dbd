import type { Socket } from 'node:net';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { act, actFromElsewhere } from './act.js';
import { ask } from './ask.js';
import { ledgerOf, SAGA_ID } from './cases.js';
import { PASSED, type ChildTask } from './child-task.js';
import { CrashPoints } from './crash-points.js';
import { sagaUnderTest } from './saga-under-test.js';
import { openJournal } from './stores.js';
import { twinNamed } from './twins.js';
import { witnessed } from './wrap-journal.js';

// One process of a sweep: starts the saga of one case, or recovers it, and dies where it is told to.

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const { role, case: own, store, directory, leaseMs } = task;
const ledger = ledgerOf(directory, own);
if (role !== 'act') ledger.write({ kind: 'process' });
const points = new CrashPoints(
  { start: own.killAt, recover: own.killRecoveryAt, act: own.killActAt }[role],
);
const twin = twinNamed(own.twin);
const inner = await openJournal(store);
const journal = witnessed(twin?.journal?.(inner) ?? inner, () => ({ points, ledger }));
const worker = role === 'recover' ? { pollMs: 20 } : false;
const engine = new InProcessEngine({ journal, logger: silentLogger, leaseMs, worker });
const cancel = () => act('cancel', engine, own.name, ledger);
const world = { points, ledger, cancel, ...twin?.world };
const definition = sagaUnderTest(own.name, own.scenario, world);
engine.register(definition);

// Whoever has started it has died: nobody is left to judge what it does.
process.stdin.once('end', () => process.exit(1)).resume();
(process.stdin as Socket).unref();

async function recover(): Promise<void> {
  await engine.recover();
  for (;;) {
    const { status } = (await engine.get({ name: own.name, id: SAGA_ID })) ?? {};
    if (status !== 'running' && status !== 'compensating') return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ROLES = {
  start: () => ask(engine, definition, ledger),
  recover,
  act: () => actFromElsewhere(engine, own, ledger),
};
await ROLES[role]();
process.stdout.write(`${PASSED}${points.passed.length}\n`);
await engine.close();
