import { Refusal, textOf } from '../http.js';
import { countedOf, RANGES } from '../reads/counted.js';
import { instancesOf } from '../reads/instances.js';
import type { Overview } from '../ui/wire.js';
import type { Route } from './route.js';

const ATTENTION = 6;

/** What an operator looks at first. */
export const overview: Route = {
  method: 'get',
  path: 'api/overview',
  async answer(dashboard, call): Promise<Overview> {
    const { engine, cache } = dashboard;
    const range = textOf(call.request.query, 'range') ?? '24h';
    if (!Object.hasOwn(RANGES, range))
      throw new Refusal(400, `range must be of ${Object.keys(RANGES).join(', ')}`);
    const { ms, buckets, keepMs } = RANGES[range as keyof typeof RANGES];
    const reads = await dashboard.reads(call);
    const scope = await call.scope();
    const { insight } = engine;
    // Counts know no tags: whoever sees some sagas of a name must not learn how many others there are.
    const counted =
      insight === undefined || scope.tags !== undefined
        ? undefined
        : await cache.get(JSON.stringify(['counted', range, scope.names]), keepMs, () =>
            countedOf(insight, scope.names, { ms, buckets, keepMs }),
          );
    const { sagas } = await reads.list({ status: 'parked', limit: ATTENTION });
    return {
      now: Date.now(),
      attention: sagas,
      ...(counted === undefined ? {} : { counted }),
      instances: await instancesOf(dashboard, scope),
    };
  },
};
