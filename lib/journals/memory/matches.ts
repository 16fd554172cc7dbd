import type { SagaFilter, SagaRow } from '../../core/index.js';

/** Whether a row fulfils every condition of a filter. */
export function matches(row: SagaRow, filter: SagaFilter): boolean {
  const { name, status, key, tags, createdAfter, createdBefore } = filter;
  const statuses = typeof status === 'string' ? [status] : status;
  return (
    (name === undefined || row.name === name) &&
    (statuses === undefined || statuses.includes(row.status)) &&
    (key === undefined || row.key === key) &&
    (createdAfter === undefined || row.createdAt > createdAfter.getTime()) &&
    (createdBefore === undefined || row.createdAt < createdBefore.getTime()) &&
    Object.entries(tags ?? {}).every(([tag, value]) => row.tags[tag] === value)
  );
}
