import { createInterface } from 'node:readline';
import {
  isSagaError,
  SagaOrchestratorBuilder,
  silentLogger,
  type Journal,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { wrapJournal } from '../wrap-journal.js';
import { errand, poison, POISON, slow, SLOW } from './strangers.js';
import { NOT_STARTED, openStores, type WorkerTask } from './task.js';
import { MAX_RECOVERIES, TRANSFER, transferOf, transferSaga } from './transfer.js';
import { twinNamed } from './twins.js';
import { Witness } from './witness.js';

// One of the processes of the soak: starts the transfers whose numbers it reads, and recovers those
// that others left behind. It says what became of each.

const task = JSON.parse(process.argv[2] ?? '') as WorkerTask;
const witness = new Witness(task.witness, task.worker);

/** Whatever the journal acknowledges is noted before the engine knows. */
function noted(inner: Journal): Journal {
  return wrapJournal(inner, {
    create: async (saga) => {
      const taken = await inner.create(saga);
      if (taken === undefined) witness.acked(saga.id, saga.entries);
      return taken;
    },
    append: async (batch) => {
      const cancel = await inner.append(batch);
      witness.acked(batch.ref.id, batch.entries);
      return cancel;
    },
    claim: async (request) => {
      const rows = await inner.claim(request);
      witness.claimed(rows);
      return rows;
    },
  });
}

function say(what: string, number: number): void {
  process.stdout.write(`${what} ${number}\n`);
}

/** The server is away just now: nothing has begun, and whoever started this process starts another. */
function away(error: unknown): never {
  process.stderr.write(`worker ${task.worker} could not start: ${String(error)}\n`);
  process.exit(NOT_STARTED);
}

const twin = twinNamed(task.twin);
const { bank, store } = await openStores(task);
await bank.open().catch(away);
const accounts = twin?.accounts?.(bank) ?? bank;
const engine = new InProcessEngine({
  journal: noted(twin?.journal?.(store) ?? store),
  logger: silentLogger,
  leaseMs: task.leaseMs,
  worker: { pollMs: task.leaseMs / 5, maxRecoveries: task.maxRecoveries ?? MAX_RECOVERIES },
});
const definition = transferSaga(accounts, witness);
for (const known of [definition, poison, slow, errand]) engine.register(known);

/** What a customer may be told but the end: ask again. Anything else is a defect. */
function interrupted(number: number, what: string, error: unknown): void {
  const known = ['SAGA_INTERRUPTED', 'SAGA_JOURNAL', 'SAGA_LEASE_LOST'] as const;
  const text = `${what} ${number}: ${String(error)}`;
  if (known.some((code) => isSagaError(error, code))) process.stderr.write(`${text}\n`);
  else process.stdout.write(`problem ${JSON.stringify(text)}\n`);
  say('interrupted', number);
}

async function transfer(number: number): Promise<void> {
  const id = String(number);
  const options = { host: engine, definition, id };
  const saga = new SagaOrchestratorBuilder(TRANSFER, transferOf(number), silentLogger, options);
  try {
    const handle = await saga.start();
    say('accepted', number);
    await handle.result();
    witness.answered(id, 'completed');
  } catch (error) {
    if (!isSagaError(error, 'SAGA_EXECUTION')) return interrupted(number, 'transfer', error);
    witness.answered(id, (error as { status?: string }).status ?? 'unknown');
  }
  say('ended', number);
}

/** Together with some that are healthy, and will be where it strikes. */
async function startPoison(): Promise<void> {
  for (const id of SLOW) await engine.start(slow, {}, { id });
  await engine.start(poison, {}, { id: POISON });
}

function poisonRefused(error: unknown): void {
  process.stderr.write(`worker ${task.worker} could not start the poison: ${String(error)}\n`);
}

await engine.recover().catch(away);
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [what, ms] = line.split(' ');
  // As a long synchronous calculation does: no timer and no answer comes through.
  if (what === 'stall') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
  else if (what === 'poison') startPoison().catch(poisonRefused);
  else void transfer(Number(line));
});
// Its standard input ends when it is to end, and also when the one that started it has died.
lines.once('close', () => {
  void engine.close().finally(() => bank.close().finally(() => process.exit(0)));
});
process.stdout.write('ready 0\n');
