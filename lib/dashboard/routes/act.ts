import { actOf, perform, PERMISSION, requested } from '../acts.js';
import { Refusal } from '../http.js';
import type { ActAnswer } from '../ui/wire.js';
import type { Route } from './route.js';

/** An act on one saga, in the name of whoever is signed in. */
export const act: Route = {
  method: 'post',
  path: 'api/act',
  async answer(dashboard, call): Promise<ActAnswer> {
    const readOnly = await call.readOnly();
    if (readOnly !== undefined) throw new Refusal(403, readOnly);
    const asked = actOf(call.request.body);
    const reads = await dashboard.reads(call);
    const saga = await reads.saga(asked.name, asked.id);
    await call.allow(PERMISSION[asked.act], saga);
    if (!dashboard.acts.take())
      throw new Refusal(429, 'Too many acts at once: try again in a second');
    const by = (await call.actor()) as string;
    if (dashboard.isElsewhere(saga)) {
      const { request } = await requested(dashboard.operations, saga, asked, by);
      return { ok: true, request };
    }
    await perform(dashboard.operations, saga, asked, by);
    return { ok: true };
  },
};
