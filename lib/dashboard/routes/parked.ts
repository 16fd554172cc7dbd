import type { Inbox } from '../ui/wire.js';
import type { Route } from './route.js';

const SHOWN = 100;
/** The badge counts no further where the journal does not count by itself. */
const COUNTED = 200;

/** What waits for a person, with what may be done about it. */
export const parked: Route = {
  method: 'get',
  path: 'api/parked',
  async answer(dashboard, call): Promise<Inbox> {
    const reads = await dashboard.reads(call);
    const page = await reads.summaries({ status: 'parked', limit: SHOWN });
    const sagas = await reads.details(page.sagas);
    const shown = await Promise.all(sagas.map((saga) => reads.whole(saga)));
    const open = await (await dashboard.operators(call)).open();
    return { now: Date.now(), sagas: shown, open, more: page.nextCursor !== undefined };
  },
};

/** How many they are, for every view. */
export const badge: Route = {
  method: 'get',
  path: 'api/badge',
  async answer(dashboard, call): Promise<{ readonly parked: number }> {
    const { insight } = dashboard.engine;
    const { names, tags } = await call.scope();
    if (insight !== undefined && tags === undefined) {
      const counts = await dashboard.cache.get(JSON.stringify(['parked', names]), 500, () =>
        insight.counts({ status: 'parked', ...(names && { names }) }),
      );
      return { parked: counts.reduce((all, { sagas }) => all + sagas, 0) };
    }
    const reads = await dashboard.reads(call);
    const { sagas } = await reads.summaries({ status: 'parked', limit: COUNTED });
    return { parked: sagas.length };
  },
};
