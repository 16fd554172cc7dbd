import {
  refKey,
  type ClaimRequest,
  type ForgetRequest,
  type ListQuery,
  type SagaRow,
} from '../../core/index.js';

type Named = Pick<SagaRow, 'application' | 'name' | 'id'>;

/** Whether a row fulfils every condition of a list; the cursor is not looked at. */
export function matches(row: SagaRow, query: ListQuery): boolean {
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
    tags.every(([tag, value]) => Object.hasOwn(row.tags, tag) && row.tags[tag] === value)
  );
}

function isSo(count: number, wanted: NonNullable<ClaimRequest['recoveries']>): boolean {
  return 'below' in wanted ? count < wanted.below : count >= wanted.from;
}

/** Whether a claim is for this saga, whoever owns it. */
export function isAskedFor(
  saga: Named & Pick<SagaRow, 'recoveries'>,
  request: ClaimRequest,
): boolean {
  const { application = '', names, id, recoveries } = request;
  if (saga.application !== application || !names.includes(saga.name)) return false;
  if (id !== undefined) return saga.id === id;
  return recoveries === undefined || isSo(saga.recoveries, recoveries);
}

/** Whether a saga at rest is among those to be forgotten. */
export function isMeant(
  saga: Named & Pick<SagaRow, 'status' | 'updatedAt'>,
  request: ForgetRequest,
  now: number,
): boolean {
  if ('ref' in request) return refKey(saga) === refKey(request.ref);
  const { application = '', status, olderThanMs } = request;
  return (
    saga.application === application &&
    saga.status === status &&
    saga.updatedAt <= now - olderThanMs
  );
}
