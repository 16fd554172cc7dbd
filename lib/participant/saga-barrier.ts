import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import {
  SagaBlockedError,
  systemClock,
  type Clock,
  type PayloadCodec,
  type ProbeAnswer,
  type StepBarrier,
  type StepValue,
} from '../core/index.js';
import { codecOf } from '../core/engine/index.js';
import { answerOf } from './answer.js';
import { BarrierSteps } from './barrier-steps.js';
import { BarrierTable, known, type BarrierRow, type BarrierRows } from './barrier-table.js';
import { checkedOptions, type SagaBarrierOptions, type Settings } from './options.js';
import { badCall, type SagaCall } from './saga-call.js';
import { SAGA_KEY, SAGA_UNDO_OF } from './saga-headers.js';
import { Sweeper } from './sweeper.js';

/** Ends a transaction in which nothing is to be stored. */
class NothingDone extends Error {}

/** What the results of a barrier are bound to in place of a saga: the action. */
const BARRIER = 'saga_barrier';

/**
 * Stands before what a service does for sagas, in that service's own database: an action runs once, whatever
 * is sent again, an undo never before its action nor without it, and an action never after its undo. Its row
 * and the effect commit together.
 *
 * The module makes one; a service with two databases makes another by itself, and Nest opens it when it is
 * a provider.
 */
export class SagaBarrier implements OnModuleInit, OnModuleDestroy {
  /** For the engine that runs steps with `barrier: true` in this service. */
  readonly steps: StepBarrier;
  readonly #settings: Settings;
  readonly #table: BarrierTable;
  readonly #sweeper: Sweeper;

  /**
   * @param clock tells when old rows are to be deleted; the age of a row is the database's word.
   * @throws SagaOptionsError with everything that is wrong with the options.
   */
  constructor(options: SagaBarrierOptions, clock: Clock = systemClock) {
    this.#settings = checkedOptions(options);
    this.#table = new BarrierTable(this.#settings);
    this.steps = new BarrierSteps(this.#table, (action) => this.#codecOf(action));
    this.#sweeper = new Sweeper(this.#table, this.#settings.keepMs, clock);
  }

  /**
   * Finds or makes the table, and begins to delete old rows. Calls before that do so by themselves.
   *
   * @throws SagaOptionsError where there is no table, and it may not be made.
   */
  async open(): Promise<void> {
    await this.#table.open();
    this.#sweeper.start();
  }

  /** Deletes no more rows. What runs already, and what still comes, is not affected. */
  close(): Promise<void> {
    return this.#sweeper.stop();
  }

  onModuleInit(): Promise<void> {
    return this.open();
  }

  onModuleDestroy(): Promise<void> {
    return this.close();
  }

  /**
   * Runs an action in a transaction, once per key. Whoever comes a second time gets the first result: what it
   * was stored as, which the first caller gets, too. One that comes while the first runs waits for it. What
   * fails, with a throw or an `Err`, leaves nothing behind: the next one runs.
   *
   * `work` runs again when its transaction met a conflict: all its effects must be in the transaction.
   *
   * @throws SagaBlockedError when the undo was here before; SagaOptionsError for a call of nobody's, or of an
   * undo; SagaSerializationError for a result that cannot be stored.
   */
  async do<Tx, R>(call: SagaCall, work: (tx: Tx) => R): Promise<StepValue<R>> {
    if (call.undoOf !== undefined) {
      throw badCall(`this is an action, and the call undoes one (header ${SAGA_UNDO_OF})`);
    }
    const { key } = call;
    if (key === undefined) return this.#without(call, work);
    return this.#table.run(async (rows, tx) => {
      if (await rows.insert('do', key)) return this.#first(rows, key, 'do', () => work(tx as Tx));
      const row = known(await rows.read(key, 'do'));
      if (row.ran) return this.#resultOf(key, row) as StepValue<R>;
      throw new SagaBlockedError(
        `SAGA_BLOCKED: the undo of ${key} was here before, so that it must not run any more`,
      );
    });
  }

  /**
   * Undoes an action in a transaction, once. Of one that was not here nothing is undone, and it will not run
   * when it comes later. Whoever comes a second time gets the first result.
   *
   * @throws as {@link do} does, never SagaBlockedError.
   */
  async undo<Tx, R>(call: SagaCall, work: (tx: Tx) => R): Promise<StepValue<R> | undefined> {
    const { undoOf } = call;
    if (undoOf === undefined) {
      if (call.key === undefined) return this.#without(call, work);
      throw badCall(`this is an undo, and the call names no action (header ${SAGA_UNDO_OF})`);
    }
    return this.#table.run(async (rows, tx) => {
      const hasRun = !(await rows.block(undoOf));
      if (!(await rows.insert(hasRun ? 'undo' : 'nullUndo', undoOf))) {
        return this.#resultOf(undoOf, known(await rows.read(undoOf, 'undo'))) as StepValue<R>;
      }
      if (!hasRun) return undefined;
      return this.#first(rows, undoOf, 'undo', () => work(tx as Tx));
    });
  }

  /**
   * What became of an action, for the probe of its step: done, with its result, or not done, be it that it
   * failed, was undone or never came. Waits for one that is under way. It may still come later.
   */
  async probe(call: SagaCall): Promise<ProbeAnswer> {
    const { key } = call;
    if (key === undefined) throw this.#nobody();
    try {
      return await this.#table.run(async (rows) => {
        if (await rows.insert('do', key)) throw new NothingDone();
        const row = known(await rows.read(key, 'do'));
        const isUndone = (await rows.read(key, 'undo')) !== undefined;
        return row.ran && !isUndone
          ? { outcome: 'done', result: this.#resultOf(key, row) }
          : 'not-done';
      });
    } catch (error) {
      if (error instanceof NothingDone) return 'not-done';
      throw error;
    }
  }

  /**
   * Deletes what is older than `keepMs`, in batches. It happens every hour by itself.
   *
   * @returns how many rows were deleted
   */
  sweep(): Promise<number> {
    return this.#table.sweep(() => false);
  }

  async #first<R>(
    rows: BarrierRows,
    action: string,
    op: 'do' | 'undo',
    work: () => R,
  ): Promise<StepValue<R>> {
    const codec = this.#codecOf(action);
    const text = codec.encode(await answerOf(work()));
    await rows.keep(action, op, text);
    return codec.decode(text) as StepValue<R>;
  }

  #codecOf(action: string): PayloadCodec {
    return codecOf(this.#settings.codec, { name: BARRIER, id: action });
  }

  #resultOf(action: string, { result }: BarrierRow): unknown {
    return result === null ? undefined : this.#codecOf(action).decode(result);
  }

  async #without<Tx, R>({ barrier }: SagaCall, work: (tx: Tx) => R): Promise<StepValue<R>> {
    if ((barrier ?? this.#settings.barrier) === 'required') throw this.#nobody();
    return this.#table.run(async (_, tx) => (await answerOf(work(tx as Tx))) as StepValue<R>);
  }

  #nobody(): Error {
    return badCall(
      `the call has no key of a saga: send sagaHeaders(ctx) along (header ${SAGA_KEY}), or let such calls through with barrier: 'optional'`,
    );
  }
}
