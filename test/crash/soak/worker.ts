import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  InProcessEngine,
  SagaOrchestratorBuilder,
  silentLogger,
  type Journal,
  type JournalEntry,
} from 'nestjs-saga-orchestrator/core';
import { openJournal } from '../stores.js';
import { wrapJournal } from '../wrap-journal.js';
import { openAccounts, type WorkerTask } from './task.js';
import { TRANSFER, transferOf, transferSaga } from './transfer.js';

// One of the processes of the soak: starts the transfers whose numbers it reads, and recovers those
// that others left behind. It says what became of each, and notes what its journal acknowledged.

const task = JSON.parse(process.argv[2] ?? '') as WorkerTask;

/** One line per acknowledged record: whose it is, its place, and what it says. */
function noted(inner: Journal): Journal {
  const note = (id: string, entries: readonly JournalEntry[]): void => {
    const lines = entries.map(({ seq, epoch, head }) => `${id} ${seq} ${epoch} ${digest(head)}\n`);
    appendFileSync(task.acknowledged, lines.join(''));
  };
  return wrapJournal(inner, {
    create: async (saga) => {
      const taken = await inner.create(saga);
      if (taken === undefined) note(saga.id, saga.entries);
      return taken;
    },
    append: async (batch) => {
      await inner.append(batch);
      note(batch.ref.id, batch.entries);
    },
  });
}

function digest(head: string): string {
  return createHash('sha1').update(head).digest('base64url').slice(0, 12);
}

function say(what: string, number: number): void {
  process.stdout.write(`${what} ${number}\n`);
}

const accounts = await openAccounts(task.accounts);
await accounts.open();
const engine = new InProcessEngine({
  journal: noted(await openJournal(task.store)),
  logger: silentLogger,
  leaseMs: task.leaseMs,
  // Processes die here far more often than in real life, all of them and at any time.
  worker: { pollMs: task.leaseMs / 5, maxRecoveries: 20 },
});
const definition = transferSaga(accounts);
engine.register(definition);

async function transfer(number: number): Promise<void> {
  const options = { host: engine, definition, id: String(number) };
  try {
    const data = transferOf(number);
    const handle = await new SagaOrchestratorBuilder(TRANSFER, data, silentLogger, options).start();
    say('accepted', number);
    const code = await handle.result().then(
      () => 'SAGA_EXECUTION',
      (error: { code?: string }) => error.code,
    );
    say(code === 'SAGA_EXECUTION' ? 'ended' : 'interrupted', number);
  } catch (error) {
    process.stderr.write(`start of ${number}: ${String(error)}\n`);
    say('refused', number);
  }
}

await engine.recover();
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => void transfer(Number(line)));
// Its standard input ends when it is to end, and also when the one that started it has died.
lines.once('close', () => {
  void engine.close().finally(() => accounts.close().finally(() => process.exit(0)));
});
process.stdout.write('ready 0\n');
