import {
  LeaseLostError,
  type JournalBatch,
  type JournalInTransaction,
  type SagaTransaction,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../lib/journals/memory/index.js';

/** A transaction of an application in memory: its rows, and what the journal appends in it. */
export interface MemoryTx extends SagaTransaction {
  readonly rows: string[];
  batch: JournalBatch | undefined;
}

/** How its COMMIT goes. */
export type Commit = 'answered' | 'lost' | 'never sent' | 'in conflict' | 'silent';

/** A journal that works inside transactions, where an application may have rows of its own. */
export class TransactionalMemory extends MemoryJournal {
  readonly rows: string[] = [];
  /** Of the next ones, one after the other; those that follow are answered. */
  readonly commits: Commit[] = [];
  /** Why each was rolled back. */
  readonly rolledBack: unknown[] = [];
  readonly settled: boolean[] = [];
  /** Whose append comes with the COMMIT. */
  protected readonly begun = new WeakMap<JournalBatch, MemoryTx>();
  /** Held before a COMMIT. */
  gate: Promise<void> | undefined;

  readonly transactions: SagaTransactions<MemoryTx> = {
    run: async (work) => {
      const tx: MemoryTx = { rows: [], batch: undefined, query: async () => [] };
      let value: Awaited<ReturnType<typeof work>>;
      try {
        value = await work(tx);
      } catch (error) {
        this.rolledBack.push(error);
        throw error;
      }
      await this.gate;
      await this.#commit(tx, this.commits.shift() ?? 'answered');
      return value;
    },
    use: (tx) => tx,
  };

  within(tx: SagaTransaction): JournalInTransaction {
    const own = tx as MemoryTx;
    return {
      verify: async () => undefined,
      create: async () => Promise.reject(new Error('not of this one')),
      isOpen: async () => false,
      join: async () => undefined,
      append: async (batch) => {
        const { row, nextSeq } = (await this.load(batch.ref)) ?? {};
        const isNext = row?.owner === batch.owner && row.epoch === batch.epoch;
        if (!isNext || nextSeq !== batch.entries[0]?.seq) throw new LeaseLostError('overtaken');
        own.batch = batch;
        this.begun.set(batch, own);
        return row.cancelReason === null ? undefined : { reason: row.cancelReason };
      },
      settle: async (batch) => {
        const isStored = await this.append(batch).then(
          () => true,
          () => false,
        );
        this.settled.push(isStored);
        return isStored;
      },
    };
  }

  async #commit({ batch, rows }: MemoryTx, how: Commit): Promise<void> {
    if (how === 'in conflict') throw Object.assign(new Error('serialize'), { code: '40001' });
    if (how === 'silent') return new Promise(() => undefined);
    if (how !== 'never sent') {
      if (batch !== undefined) await this.append(batch);
      this.rows.push(...rows);
    }
    if (how !== 'answered') throw new Error('Connection terminated unexpectedly');
  }
}
