import { strict as assert } from 'node:assert';
import type {
  CancelRequest,
  Journal,
  JournalBatch,
  JournalInTransaction,
  SagaTransactions,
} from '../../core/index.js';
import { sagaOf } from './fixtures.js';
import type { Store } from './harness.js';

const ROLLED_BACK = new Error('rolled back');

export interface Both {
  readonly journal: Journal;
  readonly transactions: SagaTransactions;
}

/** The journal of a store and the transactions of an application in it. */
export async function both(store: Store): Promise<Both> {
  const journal = await store.open();
  return { journal, transactions: await store.transactions() };
}

export function within({ journal, transactions }: Both, tx: unknown): JournalInTransaction {
  const inside = journal.within?.(transactions.use(tx));
  assert.ok(inside !== undefined, 'the journal works inside transactions');
  return inside;
}

/** Works in a transaction, then has it rolled back. */
export async function rolledBack(
  it: Both,
  work: (inside: JournalInTransaction) => Promise<unknown>,
) {
  const running = it.transactions.run(async (tx) => {
    await work(within(it, tx));
    throw ROLLED_BACK;
  });
  await assert.rejects(running, (error) => error === ROLLED_BACK);
}

export async function appended(it: Both, batch: JournalBatch): Promise<CancelRequest | undefined> {
  return it.transactions.run(async (tx) => {
    const inside = within(it, tx);
    await inside.join();
    return inside.append(batch);
  });
}

export function unowned() {
  const { owner: _, ...saga } = sagaOf();
  return saga;
}
