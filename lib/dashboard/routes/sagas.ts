import { SAGA_STATUSES } from '../../core/machine/index.js';
import type { SagaFilter, SagaStatus } from '../../core/index.js';
import { Refusal, needed, textOf, type Incoming } from '../http.js';
import { MAX_ROWS } from '../reads/saga-reads.js';
import type { List, SagaAnswer } from '../ui/wire.js';
import type { Route } from './route.js';

type Query = Incoming['query'];

function limitOf(query: Query): number {
  const limit = Number(textOf(query, 'limit') ?? 50);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS) return limit;
  throw new Refusal(400, `limit must be a whole number from 1 to ${MAX_ROWS}`);
}

function statusesOf(query: Query): readonly SagaStatus[] | undefined {
  const names = textOf(query, 'status')?.split(',');
  if (names === undefined) return undefined;
  const known = SAGA_STATUSES.filter((status) => names.includes(status));
  if (known.length === names.length) return known;
  throw new Refusal(400, `status must be of ${SAGA_STATUSES.join(', ')}`);
}

/** `tag=name=value`, once or several times; values may hold `=`. */
function tagsOf(query: Query): Record<string, string> {
  const given = [query['tag'] ?? []].flat();
  return Object.fromEntries(
    given
      .filter((one) => one !== '')
      .map((one) => {
        const [, name, value] = /^([^=]+)=(.*)$/s.exec(typeof one === 'string' ? one : '') ?? [];
        if (name === undefined || value === undefined)
          throw new Refusal(400, 'tag must be name=value');
        return [name, value];
      }),
  );
}

function timeOf(query: Query, name: string): Date | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const time = new Date(/^\d+$/.test(text) ? Number(text) : text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new Refusal(400, `${name} must be a time`);
}

/** @throws Refusal for what cannot be meant */
export function filterOf(query: Query): SagaFilter {
  const given = {
    name: textOf(query, 'name'),
    status: statusesOf(query),
    key: textOf(query, 'key'),
    createdAfter: timeOf(query, 'after'),
    createdBefore: timeOf(query, 'before'),
    cursor: textOf(query, 'cursor'),
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), tags: tagsOf(query), limit: limitOf(query) };
}

export const sagas: Route = {
  method: 'get',
  path: 'api/sagas',
  async answer(dashboard, call): Promise<List> {
    const { query } = call.request;
    const reads = await dashboard.reads(call);
    const text = textOf(query, 'q');
    const page =
      text === undefined
        ? await reads.list(filterOf(query))
        : await reads.search(text, limitOf(query));
    return { now: Date.now(), ...page };
  },
};

export const saga: Route = {
  method: 'get',
  path: 'api/saga',
  async answer(dashboard, call): Promise<SagaAnswer> {
    const { query } = call.request;
    const reads = await dashboard.reads(call);
    const found = await reads.saga(needed(query, 'name'), needed(query, 'id'));
    await call.allow('view', found);
    const requests = await (await dashboard.operators(call)).of(found);
    return { now: Date.now(), saga: await reads.whole(found), requests };
  },
};
