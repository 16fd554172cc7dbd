import { leaveRequests, pagesOf, withdrawBulk } from '../../../lib/core/engine/index.js';
import {
  SagaStateError,
  type EngineOperators,
  type RequestFilter,
  type SagaFilter,
  type SagaRequest,
  type SagaSummary,
} from 'nestjs-saga-orchestrator/core';

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

describe('a bulk act that is taken back', () => {
  /** So many that wait, after those that somebody has in hand. */
  function left(waiting: number, inHand: readonly string[] = []) {
    const open = Array.from({ length: waiting }, (_, at) => `r-${at}`).concat(inHand);
    const filters: RequestFilter[] = [];
    const withdraw = jest.fn<Promise<void>, [string]>(async (request) => {
      if (inHand.includes(request)) throw new SagaStateError('it is in hand');
      open.splice(open.indexOf(request), 1);
    });
    /** By the place of the first one of a page, as if none went meanwhile. */
    const requests = async (filter: RequestFilter) => {
      filters.push(filter);
      const from = open.filter((one) => Number(one.slice(2)) >= Number(filter.cursor ?? 0));
      const page = from.slice(0, filter.limit);
      const next = from[page.length];
      const all = page.map((request) => ({ request, name: 'Order' }) as SagaRequest);
      return { requests: all, ...(next && { nextCursor: next.slice(2) }) };
    };
    return { open, filters, withdraw, requests };
  }

  it('leaves what somebody has taken, and nothing else', async () => {
    const desk = left(2_300, ['r-9001', 'r-9002']);
    const ended = await withdrawBulk(desk, 'b-1', WHY);
    expect(ended).toEqual({ withdrawn: 2_300, inHand: 2, isStopped: false });
    expect(desk.open).toEqual(['r-9001', 'r-9002']);
    expect(desk.withdraw).toHaveBeenCalledWith('r-0', WHY);
    expect(desk.filters[0]).toEqual({ bulk: 'b-1', open: true, limit: 1_000 });
  });

  it('is looked at again: its requests may still be being left', async () => {
    const desk = left(3);
    desk.withdraw.mockImplementationOnce(async (request) => {
      desk.open.splice(desk.open.indexOf(request), 1, 'r-77');
    });
    expect(await withdrawBulk(desk, 'b-1', WHY)).toMatchObject({ withdrawn: 4 });
    expect(desk.open).toEqual([]);
  });

  it('is taken back in part where only that is meant, or until it is stopped', async () => {
    const desk = left(120);
    const isMeant = ({ request }: SagaRequest): boolean => request.endsWith('7');
    expect(await withdrawBulk(desk, 'b-1', WHY, { isMeant })).toMatchObject({ withdrawn: 12 });
    const stop = new AbortController();
    desk.withdraw.mockImplementationOnce(async () => stop.abort());
    const ended = await withdrawBulk(desk, 'b-1', WHY, { signal: stop.signal });
    expect(ended).toEqual({ withdrawn: 50, inHand: 0, isStopped: true });
  });

  it('fails where the journal does', async () => {
    const desk = left(3);
    desk.withdraw.mockRejectedValueOnce(new Error('no disk'));
    await expect(withdrawBulk(desk, 'b-1', WHY)).rejects.toThrow('no disk');
  });
});
