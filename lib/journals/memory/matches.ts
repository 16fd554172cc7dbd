import type { ListQuery, SagaRow } from '../../core/index.js';

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
