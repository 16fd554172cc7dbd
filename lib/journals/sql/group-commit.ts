import { isSagaError, type SagaJournalError } from '../../core/index.js';
import { journalFailure } from './failure.js';

/** How one piece of work ended, inside a commit that succeeded. */
export type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };

export interface GroupCommitOptions<Item, Result> {
  /** For error texts: 'sqlite data/sagas.db'. */
  readonly description: string;
  /**
   * Commits all of it in one transaction; resolves when that is durable, with one outcome per item,
   * in their order. An item that is refused (lost ownership) is an outcome and leaves no trace. A
   * throw means that the transaction as a whole failed, and that nothing of it may be relied upon.
   */
  readonly commit: (
    items: readonly Item[],
  ) => readonly Outcome<Result>[] | Promise<readonly Outcome<Result>[]>;
  /** Throws for an item that can never be committed: it is refused before it is queued. */
  readonly check: (item: Item) => void;
  /** About how many bytes it takes. */
  readonly sizeOf: (item: Item) => number;
  /** Two items of the same key never share a transaction; the later one waits. @default none */
  readonly keyOf?: (item: Item) => string;
  /**
   * Whether a commit that failed so was rolled back because of what one item holds: then each of
   * its items is tried once more, alone, so that a bad one fails only itself. @default never
   */
  readonly isItemFault?: (error: unknown) => boolean;
  /** Whether this thread is free while a commit is under way. @default false */
  readonly elsewhere?: boolean;
  /** @default 1_000 */
  readonly maxItems?: number;
  /** An item larger than this goes alone. @default 4_194_304 */
  readonly maxBytes?: number;
}

interface Queued<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  readonly key: string | undefined;
  readonly resolve: (value: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** With fewer items than this, one sync shared by all is worth more than work that overlaps. */
const MIN_HALF = 64;

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Collects the work of all sagas of a process and commits it together: one commit at a time, begun
 * at the end of an event-loop turn, so that a turn's work, or that of a round trip, shares one sync
 * of the disk.
 */
export class GroupCommit<Item, Result> {
  #queue: Queued<Item, Result>[] = [];
  #working = false;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {}

  /** Work that has not been committed yet. */
  get pending(): number {
    return this.#queue.length;
  }

  /**
   * @throws what `check` throws; SagaJournalError when the commit failed as a whole, or the journal is
   * closed.
   */
  add(item: Item): Promise<Result> {
    if (this.#closed) return Promise.reject(this.#failure('is closed'));
    return new Promise((resolve, reject) => {
      this.options.check(item);
      const key = this.options.keyOf?.(item);
      this.#queue.push({ item, bytes: this.options.sizeOf(item), key, resolve, reject });
      this.#wake();
    });
  }

  /** Takes work again. */
  open(): void {
    this.#closed = false;
  }

  /** Takes nothing more, and resolves when everything taken has been committed or has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#working) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #wake(): void {
    if (this.#working) return;
    this.#working = true;
    setImmediate(() => void this.#work());
  }

  /** One commit after the other, until there is nothing left. */
  async #work(): Promise<void> {
    let batch = this.#take(Infinity);
    let committed = this.#commit(batch);
    for (;;) {
      const tell = await committed;
      const share = this.#share(batch.length);
      const overlaps = this.#queue.length >= share;
      if (!overlaps) {
        tell();
        // At the end of the turn of the event loop: those who were just answered queue their next work
        // first.
        await endOfTurn();
        if (this.#queue.length === 0) break;
      }
      batch = this.#take(share);
      committed = this.#commit(batch);
      if (overlaps) {
        // Called once the work is on its way.
        await endOfTurn();
        tell();
      }
    }
    this.#working = false;
    for (const tell of this.#idle.splice(0)) tell();
  }

  /**
   * How much the next commit takes. All that there is, as a rule. Where another thread commits and
   * there is plenty of work, half of it: otherwise all sagas would be answered at once, and this thread
   * and the store would wait for each other in turns.
   */
  #share(committed: number): number {
    if (this.options.elsewhere !== true) return Infinity;
    const half = Math.ceil((this.#queue.length + committed) / 2);
    return half < MIN_HALF ? Infinity : half;
  }

  /** The head of the queue, within the bounds; what shares a key with it stays, in order. */
  #take(share: number): Queued<Item, Result>[] {
    const { maxBytes = 4_194_304 } = this.options;
    const maxItems = Math.min(share, this.options.maxItems ?? 1_000);
    const batch: Queued<Item, Result>[] = [];
    const left: Queued<Item, Result>[] = [];
    const keys = new Set<string>();
    let bytes = 0;
    let full = false;
    for (const queued of this.#queue) {
      full ||= batch.length >= maxItems || (batch.length > 0 && bytes + queued.bytes > maxBytes);
      if (full || (queued.key !== undefined && keys.has(queued.key))) {
        left.push(queued);
        continue;
      }
      if (queued.key !== undefined) keys.add(queued.key);
      bytes += queued.bytes;
      batch.push(queued);
    }
    this.#queue = left;
    return batch;
  }

  /**
   * Resolves to a function that answers those whose work it was, if they were not answered yet; never
   * rejects.
   */
  async #commit(batch: readonly Queued<Item, Result>[]): Promise<() => void> {
    try {
      const outcomes = await this.options.commit(batch.map(({ item }) => item));
      return () => batch.forEach((queued, index) => this.#settle(queued, outcomes[index]));
    } catch (error) {
      if (batch.length > 1 && this.options.isItemFault?.(error) === true) {
        for (const queued of batch) (await this.#commit([queued]))();
        return () => undefined;
      }
      const failure = isSagaError(error) ? error : this.#failure('failed', error);
      return () => batch.forEach(({ reject }) => reject(failure));
    }
  }

  #settle(queued: Queued<Item, Result>, outcome: Outcome<Result> | undefined): void {
    if (outcome === undefined) queued.reject(this.#failure('told no outcome'));
    else if ('error' in outcome) queued.reject(outcome.error);
    else queued.resolve(outcome.value);
  }

  #failure(what: string, cause?: unknown): SagaJournalError {
    return journalFailure(this.options.description, what, cause);
  }
}
