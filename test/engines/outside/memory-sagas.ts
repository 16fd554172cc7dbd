import {
  cursorAt,
  type JournalEntry,
  type ListQuery,
  refKey,
  type SagaHandle,
  type SagaRef,
  type SagaRow,
} from 'nestjs-saga-orchestrator/core';
import { type Run, StoredRun, type Storing } from 'nestjs-saga-orchestrator/engine';

/** One saga as it is stored. */
export interface StoredSaga {
  row: SagaRow;
  readonly entries: JournalEntry[];
  /** The order in which sagas were started, for lists. */
  readonly ordinal: number;
  /** Who works on it; absent: nobody. */
  active?: ActiveRun | undefined;
}

/** A saga in the hands of an engine. */
export interface ActiveRun {
  readonly run: Run;
  readonly handle: SagaHandle;
}

/** What a database would be. Engines that are given the same one share its sagas. */
export class MemorySagas {
  readonly #byKey = new Map<string, StoredSaga>();
  #started = 0;

  get all(): readonly StoredSaga[] {
    return [...this.#byKey.values()];
  }

  get(ref: SagaRef): StoredSaga | undefined {
    return this.#byKey.get(refKey(ref));
  }

  add(saga: StoredSaga): void {
    this.#byKey.set(refKey(saga.row), saga);
  }

  delete({ row }: StoredSaga): void {
    this.#byKey.delete(refKey(row));
  }

  nextOrdinal(): number {
    return (this.#started += 1);
  }

  /** Newest first. */
  page(query: ListQuery): { readonly rows: readonly SagaRow[]; readonly nextCursor?: string } {
    const before = query.after?.key ?? Infinity;
    const found = this.all.filter(({ row, ordinal }) => ordinal < before && matches(row, query));
    const page = found.reverse().slice(0, query.limit);
    const rows = page.map(({ row }) => row);
    const last = page.at(-1);
    if (last === undefined || found.length === page.length) return { rows };
    return { rows, nextCursor: cursorAt({ createdAt: last.row.createdAt, key: last.ordinal }) };
  }
}

export function isAtRest({ row }: StoredSaga): boolean {
  return row.status !== 'running' && row.status !== 'compensating';
}

function matches(row: SagaRow, query: ListQuery): boolean {
  const { application, name, statuses, parkReasons, key, tags } = query;
  const { createdAfter, createdBefore } = query;
  return (
    row.application === application &&
    (name === undefined || row.name === name) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (parkReasons === undefined || parkReasons.some((reason) => reason === row.parkReason)) &&
    (key === undefined || row.key === key) &&
    (createdAfter === undefined || row.createdAt > createdAfter) &&
    (createdBefore === undefined || row.createdAt < createdBefore) &&
    tags.every(([tag, value]) => row.tags[tag] === value)
  );
}

/** How what a run notes is stored: it stages records, and flushes them before it begins anything. */
export class MemoryRun extends StoredRun {
  constructor(
    override readonly run: Run,
    storing: Storing,
    private readonly saga: StoredSaga,
  ) {
    const { application, input, epoch, birth } = saga.row;
    super(run, storing, application, input, epoch, birth);
    this.replay(saga.entries);
  }

  flush(): Promise<void> {
    const { run, saga } = this;
    const staged = this.take();
    const { status, recoveries } = run.state;
    saga.entries.push(...staged.map(({ entry }) => entry));
    const { reason: parkReason = null, label = null } = run.state.parked ?? {};
    const updatedAt = run.environment.clock.now();
    saga.row = { ...saga.row, status, recoveries, parkReason, label, updatedAt };
    // Observers are told of what is stored, and of nothing else.
    for (const { record, entry } of staged) run.publish(record, entry.at);
    return Promise.resolve();
  }
}
