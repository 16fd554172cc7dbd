import { filterOf, limitOf } from '../filter.js';
import { needed, textOf } from '../http.js';
import type { List, SagaAnswer } from '../ui/wire.js';
import type { Route } from './route.js';

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
