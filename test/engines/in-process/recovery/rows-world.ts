import {
  type AnySagaStep,
  type CancelRequest,
  type JournalBatch,
  type JournalInTransaction,
  type NewSaga,
  NonRetryableError,
  type SagaRow,
  type SagaTransaction,
} from 'nestjs-saga-orchestrator/core';
import { decodeHead, type JournalEntry } from '../../../../lib/core/journal/index.js';
import { settle } from '../../../support/manual-clock.js';
import { violationsOf } from '../../../support/oracle.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import type { OrderContext } from '../../../support/shop.js';
import { planOf, type TraceEntry } from '../../../support/trace.js';
import {
  type Commit,
  type MemoryTx,
  TransactionalMemory,
} from '../../../support/transactional-memory.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

export interface RowsHistory {
  /** Of each call of a step, in turn: how long it takes, in ms, and whether it fails; after that all goes well. */
  readonly calls: readonly { readonly takes: number; readonly fails: boolean }[];
  readonly commits: readonly Commit[];
  /** What happens to the first process, after so many ms. */
  readonly events: readonly { readonly after: number; readonly what: 'pause' | 'wake' | 'crash' }[];
  readonly isRefused: boolean;
}

type Row = `${'do' | 'undo'} ${string}`;

/** Tells what others see of rows and records, in the order in which it was committed. */
export class SeenMemory extends TransactionalMemory {
  readonly trace: TraceEntry[] = [];

  override async create(saga: NewSaga): Promise<SagaRow | undefined> {
    const taken = await super.create(saga);
    if (taken === undefined) this.see([], saga.entries, 1);
    return taken;
  }

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const told = await super.append(batch);
    this.see(this.begun.get(batch)?.rows ?? [], batch.entries, batch.epoch);
    return told;
  }

  protected see(rows: readonly string[], entries: readonly JournalEntry[], epoch: number): void {
    for (const row of rows as readonly Row[]) {
      const [direction, label] = row.split(' ') as ['do' | 'undo', string];
      this.trace.push({ kind: 'row', direction, label, epoch });
      this.trace.push({ kind: 'effect', direction, label });
    }
    for (const { head, seq, epoch: by } of entries) {
      this.trace.push({ kind: 'record', record: decodeHead(head), seq, epoch: by });
    }
    this.trace.push({ kind: 'look' });
  }
}

/** Appends on another connection than that of the action: the record is there before the row is. */
export class AppendsElsewhere extends SeenMemory {
  override within(tx: SagaTransaction): JournalInTransaction {
    const append = async (batch: JournalBatch): Promise<CancelRequest | undefined> => {
      const told = await this.append(batch);
      // Its COMMIT brings the row alone.
      void Promise.resolve().then(() => this.see((tx as MemoryTx).rows, [], batch.epoch));
      return told ?? undefined;
    };
    return { ...super.within(tx), append };
  }
}

/** Takes what an overtaken owner appends in its transaction. */
export class Unfenced extends SeenMemory {
  override within(tx: SagaTransaction): JournalInTransaction {
    const append = async (batch: JournalBatch): Promise<CancelRequest | undefined> => {
      (tx as MemoryTx).batch = batch;
      this.begun.set(batch, tx as MemoryTx);
      return undefined;
    };
    return { ...super.within(tx), append };
  }

  override async append(batch: JournalBatch): Promise<CancelRequest | undefined | void> {
    const tx = this.begun.get(batch);
    const stored = tx && (await this.load(batch.ref));
    if (stored === undefined || stored.row.epoch === batch.epoch) return super.append(batch);
    this.see(tx?.rows ?? [], [], batch.epoch);
  }
}

/** Two processes that work on one saga of transactional steps, and what another session sees of it. */
export class RowsWorld extends Cluster {
  override readonly journal: SeenMemory;
  readonly processes: Process[] = [];
  #calls = 0;

  constructor(
    private readonly given: RowsHistory,
    Journal: new (clock: () => number) => SeenMemory = SeenMemory,
  ) {
    super(new RecordingLogger('error'));
    this.journal = new Journal(() => this.clock.now());
  }

  /** What must never have happened. */
  async verdict(): Promise<readonly string[]> {
    const { journal, clock } = this;
    const first = await this.#join();
    await this.#join();
    journal.commits.push(...this.given.commits);
    const started = first
      .start(first.engine.definition(ref.name))
      .then((handle) => handle.result());
    started.catch(() => undefined);
    for (const { after, what } of this.given.events) {
      await clock.advance(after);
      if (first.isDead) break;
      first[what]();
    }
    journal.commits.length = 0;
    if (!first.isDead) first.wake();
    await this.#join();
    for (let at = 0; at < 40 && !(await this.#rests()); at += 1) await clock.advance(LEASE);
    await settle();
    const found = violationsOf(planOf(this.#plan()), journal.trace);
    return found.map(({ invariant, what }) => `${invariant}: ${what}`);
  }

  async #rests(): Promise<boolean> {
    const live = await this.journal.list({ status: ['running', 'compensating'], limit: 1 });
    return live.rows.length === 0;
  }

  async #join(): Promise<Process> {
    const holder: { process?: Process } = {};
    const plan = this.#plan(() => holder.process as Process);
    const process = await this.process([plan], { transactions: this.journal.transactions });
    holder.process = process;
    this.processes.push(process);
    return process;
  }

  #plan(process: () => Process = () => this.processes[0] as Process) {
    const labels = ['Debit', 'Credit', 'Book'];
    return this.plan(
      labels.map((label) => this.#step(label, process) as AnySagaStep<OrderContext>),
    );
  }

  #step(label: string, process: () => Process) {
    const make = (direction: 'do' | 'undo') => async (_: unknown, tx: MemoryTx) => {
      const { takes, fails } = this.given.calls[this.#calls++] ?? { takes: 0, fails: false };
      const { clock } = process();
      if (takes > 0) await new Promise<void>((resolve) => clock.schedule(takes, resolve));
      tx.rows.push(`${direction} ${label}`);
      if (direction === 'do' && label === 'Book' && this.given.isRefused)
        throw new NonRetryableError('closed');
      if (fails) throw new Error('not now');
    };
    return {
      label,
      transaction: true,
      retry: { retries: 2, delay: 1_000 },
      compensationRetry: { retries: 20, delay: 1_000 },
      action: make('do'),
      compensate: make('undo'),
    };
  }
}
