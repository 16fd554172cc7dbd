import {
  MAX_DRY_RUN,
  MAX_TAG_NAMES,
  type BucketCount,
  type ChangeRead,
  type CountRead,
  type DurationRead,
  type FindRead,
  type HistogramRead,
  type InsightReads,
  type ListQuery,
  type ReadOwner,
  type ReadPlan,
  type ReadScope,
  type SagaChanges,
  type SagaDurations,
  type SagaRef,
  type SagaRow,
  type TagRead,
} from '../../core/index.js';
import { percentilesOf, type TimedRead } from '../../core/journal/index.js';
import type { Changes } from './changes.js';
import { grouped, sorted } from './grouping.js';
import { matches } from './matches.js';
import type { Owners } from './owners.js';
import type { Plans } from './plans.js';
import type { SagasByRef } from './sagas-by-ref.js';
import { countUnfinished, found, isUnfinished } from './search.js';

type Scoped = Pick<SagaRow, 'application' | 'name'>;

function isIn({ application, name }: Scoped, scope: ReadScope): boolean {
  return application === scope.application && (scope.names?.includes(name) ?? true);
}

/** Reads all that is kept for every question: there is not much of it. */
export class MemoryReads implements InsightReads {
  constructor(
    private readonly clock: () => number,
    private readonly sagas: SagasByRef,
    private readonly beats: Owners,
    private readonly brought: Plans,
    private readonly written: Changes,
  ) {}

  async now() {
    return this.clock();
  }

  async counts(read: CountRead) {
    const rows = this.#created(read).filter(({ status }) => read.statuses.includes(status));
    const kinds = grouped(rows, ({ name, status, parkReason }) => [name, status, parkReason]);
    return kinds.map(({ first: { name, status, parkReason }, group }) => {
      return { name, status, parkReason, sagas: group.length };
    });
  }

  async histogram({
    from,
    to,
    bucketMs,
    ...scope
  }: HistogramRead): Promise<readonly BucketCount[]> {
    const rows = this.#created({ ...scope, createdAfter: from - 1, createdBefore: to });
    return rows.map(({ status, createdAt }) => {
      return { bucket: Math.floor((createdAt - from) / bucketMs), status, sagas: 1 };
    });
  }

  async durations(read: DurationRead): Promise<readonly SagaDurations[]> {
    const ended = this.#created(read).filter(
      ({ status }) => status === 'completed' || status === 'compensated',
    );
    return grouped(ended.reverse(), ({ name }) => [name]).map(({ first: { name }, group }) =>
      percentilesOf(
        name,
        group.slice(0, read.sample).map((row) => Math.max(0, row.updatedAt - row.createdAt)),
      ),
    );
  }

  async unfinished(scope: ReadScope) {
    const now = this.clock();
    const { beats } = this;
    return countUnfinished(this.#rows(scope), now, (owner) => beats.lives(owner, now));
  }

  async owners(application: string): Promise<readonly ReadOwner[]> {
    const known = new Map<string, ReadOwner>();
    for (const owner of this.beats.all) known.set(owner.owner, { ...owner, sagas: 0 });
    const silent = { startedAt: null, aliveUntil: null, info: null, sagas: 0 };
    for (const { owner, status } of this.#rows({ application, names: undefined })) {
      if (owner === null || !isUnfinished(status)) continue;
      const before = known.get(owner) ?? { owner, ...silent };
      known.set(owner, { ...before, sagas: before.sagas + 1 });
    }
    return [...known.values()];
  }

  async plans(scope: ReadScope): Promise<readonly ReadPlan[]> {
    return [...this.brought.all]
      .filter((plan) => isIn(plan, scope))
      .map(({ application: _, ...plan }) => plan);
  }

  async changes({ cursor, limit, ...scope }: ChangeRead): Promise<SagaChanges> {
    const last = this.written.last;
    const next = `m${last}`;
    if (cursor === undefined) return { refs: [], isPartial: false, cursor: next };
    const after = /^m\d+$/.test(cursor) ? Number(cursor.slice(1)) : Infinity;
    if (after > last) return { refs: [], isPartial: true, cursor: next };
    const changed = this.sagas.all
      .filter((saga) => saga.change > after && isIn(saga, scope))
      .sort((one, other) => other.change - one.change);
    const refs = changed
      .slice(0, limit)
      .map(({ application, name, id }) => ({ application, name, id }));
    return { refs, isPartial: changed.length > limit, cursor: next };
  }

  async names(application: string) {
    return sorted(this.#rows({ application, names: undefined }).map(({ name }) => name));
  }

  async tagNames(application: string) {
    const rows = this.#rows({ application, names: undefined });
    return sorted(rows.flatMap(({ tags }) => Object.keys(tags))).slice(0, MAX_TAG_NAMES);
  }

  async tagValues({ application, tag, prefix, limit }: TagRead) {
    const rows = this.#rows({ application, names: undefined });
    const values = rows.flatMap(({ tags }) => (Object.hasOwn(tags, tag) ? [tags[tag] ?? ''] : []));
    return sorted(values.filter((value) => value.startsWith(prefix))).slice(0, limit);
  }

  async find(read: FindRead): Promise<readonly SagaRow[]> {
    return found(this.#rows(read), read);
  }

  async records(refs: readonly Required<SagaRef>[]) {
    return refs.flatMap((ref) => {
      const entries = this.sagas.get(ref)?.entries;
      const heads = entries?.map(({ seq, at, epoch, head }) => ({ seq, at, epoch, head }));
      return heads === undefined ? [] : [{ ref, entries: heads }];
    });
  }

  async payloads(ref: SagaRef) {
    const saga = this.sagas.get(ref);
    if (saga === undefined) return undefined;
    const entries = saga.entries.filter(
      ({ result, context }) => result !== null || context !== null,
    );
    return {
      input: saga.row.input,
      entries: entries.map(({ seq, result, context }) => ({ seq, result, context })),
    };
  }

  async size() {
    return undefined;
  }

  async dryRun(query: ListQuery) {
    const rows = this.#matching(query);
    const counted = rows.slice(0, MAX_DRY_RUN);
    const kinds = grouped(counted, ({ status, parkReason }) => [status, parkReason]);
    const groups = kinds.map(({ first: { status, parkReason }, group }) => {
      return { status, parkReason, sagas: group.length };
    });
    return { sagas: counted.length, isCapped: rows.length > counted.length, groups };
  }

  async list(query: ListQuery): Promise<readonly SagaRow[]> {
    return this.#matching(query).slice(0, query.limit);
  }

  #matching(query: ListQuery): SagaRow[] {
    const { application } = query;
    const rows = this.#rows({ application, names: undefined });
    return rows.filter((row) => matches(row, query)).reverse();
  }

  #rows(scope: ReadScope): SagaRow[] {
    return this.sagas.all.filter((saga) => isIn(saga, scope)).map(({ row }) => row);
  }

  #created({ createdAfter = -Infinity, createdBefore = Infinity, ...scope }: TimedRead): SagaRow[] {
    return this.#rows(scope).filter(
      ({ createdAt }) => createdAt > createdAfter && createdAt < createdBefore,
    );
  }
}
