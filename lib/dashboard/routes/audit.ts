import { textOf } from '../http.js';
import type { Audit } from '../ui/wire.js';
import type { Route } from './route.js';

/** Who did what to which saga, and why. */
export const audit: Route = {
  method: 'get',
  path: 'api/audit',
  async answer(dashboard, call): Promise<Audit> {
    const { query } = call.request;
    const [by, cursor] = [textOf(query, 'by'), textOf(query, 'cursor')];
    const filter = { ...(by && { by }), ...(cursor && { cursor }) };
    const operators = await dashboard.operators(call);
    return { now: Date.now(), ...(await operators.audit(filter)) };
  },
};
