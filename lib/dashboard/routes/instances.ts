import { instancesOf } from '../reads/instances.js';
import type { Route } from './route.js';

export const instances: Route = {
  method: 'get',
  path: 'api/instances',
  answer: async (dashboard, call) => instancesOf(dashboard, await call.scope()),
};
