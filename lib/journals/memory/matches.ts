import type { ForgetRequest, ListQuery, SagaRow } from '../../core/index.js';

/** Whether a row fulfils every condition of a list; where its page begins is not looked at. */
export function matches(row: SagaRow, query: ListQuery): boolean {
  const { name, statuses, key, tags, createdAfter, createdBefore } = query;
  return (
    (name === undefined || row.name === name) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (key === undefined || row.key === key) &&
    (createdAfter === undefined || row.createdAt > createdAfter) &&
    (createdBefore === undefined || row.createdAt < createdBefore) &&
    tags.every(([tag, value]) => Object.hasOwn(row.tags, tag) && row.tags[tag] === value)
  );
}

/** Whether a saga at rest is among those to be forgotten. */
export function isMeant(row: SagaRow, request: ForgetRequest, now: number): boolean {
  if ('ref' in request) return row.name === request.ref.name && row.id === request.ref.id;
  return row.status === request.status && row.updatedAt <= now - request.olderThanMs;
}
