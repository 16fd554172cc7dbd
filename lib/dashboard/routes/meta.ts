import type { Route } from './route.js';
import type { DashboardAct, Meta } from '../ui/wire.js';

const ACTS: readonly DashboardAct[] = [
  ...(['view', 'payload', 'cancel', 'resume', 'retry-undos', 'mark'] as const),
  ...(['terminate', 'forget', 'bulk'] as const),
];

/** What the browser must know before it shows anything. */
export const meta: Route = {
  method: 'get',
  path: 'api/meta',
  async answer(dashboard, call): Promise<Meta> {
    const { settings, payloads } = dashboard;
    const { environment, title = 'Sagas', links = {} } = settings;
    const actor = await call.actor();
    const readOnly = await call.readOnly();
    const can = await Promise.all(ACTS.map(async (act) => [act, await call.can(act)] as const));
    const reads = await dashboard.reads(call);
    return {
      title,
      ...(environment === undefined ? {} : { environment }),
      ...(actor === undefined ? {} : { actor }),
      ...(readOnly === undefined ? {} : { readOnly }),
      can: Object.fromEntries(can) as Meta['can'],
      payloads,
      names: await reads.names(),
      links,
      insight: dashboard.engine.insight !== undefined,
      audit: dashboard.engine.operators !== undefined,
      now: Date.now(),
    };
  },
};
