import {
  refKey,
  type ClaimRequest,
  type ForgetRequest,
  type JournalBatch,
  type JournalEntry,
  type ListQuery,
  type SagaRow,
} from '../../core/index.js';

/** Whether a row fulfils every condition of a list; where its page begins is not looked at. */
export function matches(row: SagaRow, query: ListQuery): boolean {
  const { application, name, statuses, key, tags, createdAfter, createdBefore } = query;
  return (
    row.application === application &&
    (name === undefined || row.name === name) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (key === undefined || row.key === key) &&
    (createdAfter === undefined || row.createdAt > createdAfter) &&
    (createdBefore === undefined || row.createdAt < createdBefore) &&
    tags.every(([tag, value]) => Object.hasOwn(row.tags, tag) && row.tags[tag] === value)
  );
}

function isSo(count: number, wanted: NonNullable<ClaimRequest['recoveries']>): boolean {
  return 'below' in wanted ? count < wanted.below : count >= wanted.from;
}

/** Whether a claim is for this saga, whoever owns it. */
export function isAskedFor(row: SagaRow, request: ClaimRequest): boolean {
  const { application = '', names, id, recoveries } = request;
  if (row.application !== application || !names.includes(row.name)) return false;
  if (id !== undefined) return row.id === id;
  return recoveries === undefined || isSo(row.recoveries, recoveries);
}

/** Whether a saga at rest is among those to be forgotten. */
export function isMeant(row: SagaRow, request: ForgetRequest, now: number): boolean {
  if ('ref' in request) return refKey(row) === refKey(request.ref);
  const { application = '', status, olderThanMs } = request;
  return (
    row.application === application && row.status === status && row.updatedAt <= now - olderThanMs
  );
}

/** Whether an append is of the saga's owner, and follows on its last record. */
export function isNext(
  { row, entries }: { readonly row: SagaRow; readonly entries: readonly JournalEntry[] },
  batch: JournalBatch,
): boolean {
  if (row.owner !== batch.owner || row.epoch !== batch.epoch) return false;
  return batch.entries.every(({ seq }, index) => seq === entries.length + 1 + index);
}
