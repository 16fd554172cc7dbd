// Run as a process of its own, an application with sagas: <address of the journal> <folder>. It says `ready` once
// all of them are where they stay. While the folder has no file `repaired`, the warehouse refuses to release.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  CannotCompensateError,
  defineSaga,
  NonRetryableError,
  OutcomeUnknownError,
  silentLogger,
  type ISagaContext,
  type ISagaCompensationContext,
} from '../../lib/core/index.js';
import { InProcessEngine } from '../../lib/engines/in-process/index.js';
import { journalOf, targetOf } from '../../lib/cli/target.js';

const [, , address = '', folder = ''] = process.argv;

interface Order {
  readonly fate: 'fine' | 'declined' | 'lost' | 'slow' | 'evil';
  readonly card: string;
  readonly note?: string;
}

type Context = ISagaContext<Order>;

/** Clears the screen, and sets the title of a terminal. */
export const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m\r\nforged';

const order = defineSaga<Order>('Order', [
  {
    label: 'Reserve',
    action: () => ({ reserved: 1 }),
    compensate: ({ context }: ISagaCompensationContext<Order>) => {
      if (context.fate === 'declined' && !existsSync(join(folder, 'repaired')))
        throw new CannotCompensateError('the warehouse is closed');
    },
  },
  {
    label: 'Charge',
    idempotent: false,
    pivot: true,
    action: ({ context, signal }: Context) => {
      if (context.fate === 'declined') throw new NonRetryableError('card declined');
      if (context.fate === 'evil') throw new NonRetryableError(`declined ${EVIL}`);
      if (context.fate === 'lost') throw new OutcomeUnknownError('read ECONNRESET');
      if (context.fate === 'slow')
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      return { receipt: 'r-1' };
    },
  },
  { label: 'Tell', action: () => undefined },
]);

async function main(): Promise<void> {
  const engines = ['', 'other'].map((application) => {
    const engine = new InProcessEngine({
      ...{ application, leaseMs: 2_000, logger: silentLogger },
      journal: journalOf(targetOf(address), 'auto'),
      worker: { pollMs: 100 },
    });
    engine.register(order);
    return engine;
  });
  for (const engine of engines) await engine.recover();
  const [shop, other] = engines as [InProcessEngine, InProcessEngine];
  const place = async (engine: InProcessEngine, id: string, fate: Order['fate'], more = {}) => {
    const handle = await engine.start(
      order,
      { fate, card: '4111 1111 1111 1111', ...more },
      { id, tags: { tenant: 'hooli' } },
    );
    if (fate !== 'slow') await handle.result().catch(() => undefined);
  };
  await place(shop, 'fine-1', 'fine');
  for (const id of ['stuck-1', 'stuck-2', 'stuck-3']) await place(shop, id, 'declined');
  await place(shop, 'lost-1', 'lost');
  await place(shop, `evil-1${EVIL}`, 'evil', { note: EVIL, huge: 'x'.repeat(300_000) });
  await place(shop, 'slow-1', 'slow');
  await place(other, 'fine-1', 'fine');
  // A journal in a file keeps no process alive.
  setInterval(() => undefined, 60_000);
  process.stdout.write('ready\n');
}

void main();
