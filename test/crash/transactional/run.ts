import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { start } from '../children.js';
import { onGrounds } from '../grounds.js';
import { openJournal, type StoreConfig } from '../stores.js';
import { Tally } from '../tally.js';
import { openMoves, type Moves } from './moves.js';
import { endsOf, violationsOf, Watcher } from './rules.js';
import { failsInRun, RUN, runPlan } from './run-settings.js';

// Sagas of three transactional steps on Postgres, whose processes are killed all the time, beside a session that looks
// at records and rows again and again: each row once, and never one without the other.

const { values } = parseArgs({
  options: {
    sagas: { type: 'string', default: '2500' },
    kills: { type: 'string', default: '90' },
    /** In minutes. */
    limit: { type: 'string', default: '8' },
  },
});
const [SAGAS, KILLS] = [Number(values.sagas), Number(values.kills)];
const END = performance.now() + Number(values.limit) * 60_000;
const WORKER = new URL('./worker.mjs', import.meta.url);
const tally = new Tally();

/** Of nobody yet: all in one transaction, whose process is gone before it can begin them. */
async function store(config: StoreConfig, moves: Moves): Promise<void> {
  const journal = await openJournal(config);
  const { transactions } = moves;
  const engine = new InProcessEngine({ journal, logger: silentLogger, transactions });
  const plan = runPlan(moves);
  engine.register(plan);
  await transactions.run(async (transaction) => {
    for (let id = 1; id <= SAGAS; id += 1) {
      const handle = await engine.start(plan, {}, { id: String(id), transaction });
      handle.result().catch(() => undefined);
    }
    await engine.close();
  });
}

function spawn(config: StoreConfig): ChildProcess {
  const child = start(WORKER, [JSON.stringify(config)]);
  child.stderr?.on('data', (text: Buffer) => console.error(String(text)));
  return child;
}

await onGrounds(async ({ kinds, ground }) => {
  const kind = kinds.find(({ name }) => name === 'postgres');
  if (kind === undefined) throw new Error('There is no Postgres');
  const config = ground(kind).store;
  const journal = await openJournal(config);
  await journal.open();
  const moves = await openMoves(config);
  await store(config, moves);
  const workers = Array.from({ length: RUN.workers }, () => spawn(config));
  const watcher = new Watcher(() => moves.look(), 50);
  const left = async (): Promise<number> =>
    (await moves.look()).filter(({ status }) => status === 'running' || status === 'compensating')
      .length;
  // By the work and not by time: a fast machine must not be done before it was killed often enough.
  const due = (open: number): number => 1 + Math.ceil((1 - open / SAGAS) * KILLS * 1.5);
  for (let open = SAGAS; open > 0 && performance.now() < END; open = await left()) {
    await sleep(100);
    while (tally.kills < due(open)) {
      await sleep(50 + Math.random() * 200);
      const at = tally.kills % workers.length;
      const victim = workers[at] as ChildProcess;
      victim.kill('SIGKILL');
      await once(victim, 'exit');
      tally.kills += 1;
      workers[at] = spawn(config);
    }
  }
  for (const worker of workers) worker.kill('SIGKILL');
  await watcher.stop();
  const look = await moves.look();
  const found = [...watcher.found, ...violationsOf(look), ...endsOf(look, failsInRun)];
  for (const what of found.slice(0, 20)) console.error(what);
  const rows = look.reduce((sum, saga) => sum + saga.rows.length, 0);
  const epochs = look.reduce((sum, { entries }) => sum + (entries.at(-1)?.epoch ?? 1) - 1, 0);
  console.log(`${look.length} sagas, ${rows} rows, ${epochs} claims, ${watcher.looks} looks`);
  tally.check(look.length === SAGAS && found.length === 0, 'each row once, beside its record');
  tally.check(tally.kills >= KILLS, `at least ${KILLS} kills`);
  await moves.close();
  await journal.close();
});
tally.end();
