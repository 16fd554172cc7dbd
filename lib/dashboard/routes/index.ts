import { act } from './act.js';
import { audit } from './audit.js';
import { bulk, bulkProgress } from './bulk.js';
import { meta } from './meta.js';
import { events } from './events.js';
import { instances } from './instances.js';
import { overview } from './overview.js';
import { badge, parked } from './parked.js';
import { payload } from './payload.js';
import { plans } from './plans.js';
import type { Route } from './route.js';
import { saga, sagas } from './sagas.js';

export const ROUTES: readonly Route[] = [
  ...[meta, badge, overview, sagas, saga, payload, parked, plans, instances],
  ...[audit, events, act, bulk, bulkProgress],
];
export { events } from './events.js';
export type { Route } from './route.js';
