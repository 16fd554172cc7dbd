import { leaveRequests, pagesOf } from '../../../lib/core/engine/index.js';
import type { EngineOperators, SagaFilter, SagaSummary } from 'nestjs-saga-orchestrator/core';

const WHY = { by: 'ann', reason: 'the bank is back' };
const sagas = Array.from({ length: 500 }, (_, at) => ({
  ...{ application: 'shop', name: 'Order', id: `o-${at}`, status: 'parked' },
}));

/** Answers at once. */
function desk() {
  const asked: unknown[][] = [];
  const request = (async (...given: unknown[]) => {
    asked.push(given);
    if ((given[0] as { id: string }).id === 'o-7') throw new Error('no');
    return { request: `r-${asked.length}` };
  }) as unknown as EngineOperators['request'];
  return { request, asked };
}

it('leaves a request for each saga, all with one name, and tells of those that could not be left', async () => {
  const { request, asked } = desk();
  const left = await leaveRequests({ request }, sagas, 'retry-undos', WHY);
  expect([left.requests.length, left.failures.length, left.unreached]).toEqual([499, 1, 0]);
  expect(left.failures[0]?.ref).toEqual({ application: 'shop', name: 'Order', id: 'o-7' });
  expect(asked[0]).toEqual([
    { application: 'shop', name: 'Order', id: 'o-0' },
    { act: 'retry-compensation' },
    ...[WHY, left.bulk],
  ]);
  expect(new Set(asked.map(([, , , bulk]) => bulk))).toEqual(new Set([left.bulk]));
  const other = await leaveRequests(desk(), sagas.slice(0, 1), 'cancel', WHY);
  expect(other.bulk).not.toBe(left.bulk);
});

it('lets others have their turn, and stops when it is told to', async () => {
  const control = new AbortController();
  let turns = 0;
  const count = (): void => {
    turns += 1;
    if (turns === 3) control.abort();
    else setImmediate(count);
  };
  setImmediate(count);
  const left = await leaveRequests(desk(), sagas, 'cancel', WHY, control.signal);
  expect(left.unreached).toBeGreaterThan(0);
  expect(left.requests.length + left.failures.length + left.unreached).toBe(500);
});

it('reads no more pages than it was told to', async () => {
  const filters: SagaFilter[] = [];
  const list = async (filter: SagaFilter) => {
    filters.push(filter);
    const { limit = 50 } = filter;
    return { sagas: Array<SagaSummary>(limit).fill(sagas[0] as never), nextCursor: 'next' };
  };
  let read = 0;
  for await (const page of pagesOf(list, { name: 'Order' }, 2_500)) read += page.length;
  expect(read).toBe(2_500);
  expect(filters).toEqual([
    { name: 'Order', limit: 1_000 },
    { name: 'Order', cursor: 'next', limit: 1_000 },
    { name: 'Order', cursor: 'next', limit: 500 },
  ]);
});
