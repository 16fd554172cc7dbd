import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { ledgerOf, SAGA_ID, type Case } from './cases.js';
import { NOBODY, sagaUnderTest } from './saga-under-test.js';
import { rawStore, type RawStore } from './soak/raw-store.js';
import { openJournal } from './stores.js';
import { killedAsTold, type Failure, type Ground } from './sweep.js';

const LIMIT_MS = 20_000;

function appendsOf(raw: RawStore, { name }: Case): string {
  return `${raw.appends} WHERE saga = (SELECT saga FROM ${raw.sagas} WHERE name = '${name}')`;
}

/** Who damages the records of a saga damages all of them. */
async function damage(raw: RawStore, own: Case): Promise<void> {
  const cut = 'SET records = substr(records, 1, length(records) - 9)';
  await raw.run(`UPDATE ${appendsOf(raw, own).replace(' WHERE', ` ${cut} WHERE`)}`);
}

/** A process that lives looks after all of them, until they rest. */
async function recover({ store, leaseMs }: Ground, cases: readonly Case[]): Promise<void> {
  const journal = await openJournal(store);
  const worker = { pollMs: 50 };
  const engine = new InProcessEngine({ journal, logger: silentLogger, leaseMs, worker });
  for (const { name, scenario } of cases) engine.register(sagaUnderTest(name, scenario, NOBODY));
  await engine.recover();
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    const rows = await Promise.all(cases.map(({ name }) => journal.get({ name, id: SAGA_ID })));
    if (rows.every((row) => row?.status === 'parked')) break;
    await sleep(50);
  }
  await engine.close();
}

/** By a look into the tables: who reads them must not be trusted with that. */
async function problemsOf(raw: RawStore, ground: Ground, own: Case): Promise<readonly string[]> {
  const [row] = await raw.all(`SELECT status FROM ${raw.sagas} WHERE name = '${own.name}'`);
  const records = await raw.all(`SELECT records FROM ${appendsOf(raw, own)}`);
  const parked = records.filter((append) => String(append['records']).includes('unreadable'));
  const { lines } = ledgerOf(ground.directory, own);
  const taken = lines.findLastIndex(({ kind }) => kind === 'process');
  const calls = lines.slice(taken).filter(({ kind }) => kind === 'call');
  return [
    row?.['status'] !== 'parked' && `is ${String(row?.['status'])}, not parked as unreadable`,
    parked.length !== 1 && `was parked ${parked.length} times`,
    calls.length > 0 && 'was driven on although nobody can read its records',
  ].filter((problem) => problem !== false);
}

/** Sagas whose records somebody has cut, and processes that die before and after they park them. */
export async function parkUnreadable(ground: Ground, steps: number) {
  const cases = [1, 2].map((killRecoveryAt): Case => ({
    name: `unreadable ${killRecoveryAt}`,
    scenario: { name: 'unreadable', steps },
    // In the second step.
    killAt: 6,
    killRecoveryAt,
  }));
  const raw = await rawStore(ground.store);
  const failures: Failure[] = [];
  for (const own of cases) {
    const found = [await killedAsTold(ground, own, 'start')];
    await damage(raw, own);
    found.push(await killedAsTold(ground, own, 'recover'));
    failures.push({ own, found: found.filter((wrong) => wrong !== undefined) });
  }
  await recover(ground, cases);
  for (const own of cases) failures.push({ own, found: await problemsOf(raw, ground, own) });
  await raw.close();
  return { cases, failures: failures.filter(({ found }) => found.length > 0) };
}
