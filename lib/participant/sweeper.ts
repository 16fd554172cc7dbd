import { Logger } from '@nestjs/common';
import type { Clock } from '../core/index.js';
import { fullMessageOf } from '../core/engine/index.js';
import type { BarrierTable } from './barrier-table.js';

/** How often old rows are looked for, in ms; sooner where they are kept for less. */
const SWEEP_MS = 3_600_000;

/** Deletes old rows, every now and then, for as long as it is started. */
export class Sweeper {
  readonly #logger = new Logger('SagaBarrier');
  #cancel: (() => void) | undefined;
  #isStopped = true;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly table: BarrierTable,
    private readonly keepMs: number,
    private readonly clock: Clock,
  ) {}

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#schedule();
  }

  /** Waits for the batch that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    await this.#sweeping;
  }

  #schedule(): void {
    // Spread, so that the processes of a deploy do not all do it at once.
    const delay = Math.min(SWEEP_MS, this.keepMs) * (0.75 + Math.random() / 2);
    const sweep = (): void => {
      this.#sweeping = this.#sweep();
    };
    this.#cancel = this.clock.schedule(delay, sweep, true);
  }

  async #sweep(): Promise<void> {
    try {
      await this.table.sweep(() => this.#isStopped);
    } catch (error) {
      this.#logger.warn(`Old rows of saga_barrier were not deleted: ${fullMessageOf(error)}`);
    }
    if (!this.#isStopped) this.#schedule();
  }
}
