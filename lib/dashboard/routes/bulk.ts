import {
  checkedReason,
  leaveRequests,
  withdrawBulk,
  type EngineOperators,
} from '../../core/engine/index.js';
import { reasonOf } from '../acts.js';
import { bulkOf, confirmedOf, look } from '../bulk.js';
import type { SagaRequest } from '../../core/index.js';
import type { Call } from '../call.js';
import type { Dashboard } from '../dashboard.js';
import { needed, Refusal } from '../http.js';
import type { BulkAnswer, BulkDryRun, BulkProgress, BulkWithdrawn } from '../ui/wire.js';
import type { Route } from './route.js';

const SHOWN = 20;

const NOWHERE =
  'This engine keeps no requests of operators, so nothing can be done to many at once';

async function dryRun(dashboard: Dashboard, call: Call, body: object): Promise<BulkDryRun> {
  const now = Date.now();
  // Those that are started from now on are none of his: he has not seen them.
  const asked = bulkOf(body);
  const before = Math.min(asked.filter.createdBefore?.getTime() ?? Infinity, now + 1);
  const filter = { ...asked.filter, createdBefore: new Date(before) };
  const { found, isCapped, taking, refused } = await look(dashboard, call, { ...asked, filter });
  const reads = await dashboard.reads(call);
  const first = await reads.rows(taking.slice(0, SHOWN));
  const takes = isCapped ? 0 : taking.length;
  return { now, before, found, isCapped, takes, first, refused };
}

/** As many as he has typed at most: what has come to rest meanwhile is fewer. */
async function carryOut(
  dashboard: Dashboard,
  call: Call,
  operators: EngineOperators,
  body: object,
): Promise<BulkAnswer> {
  const asked = bulkOf(body);
  const { reason, most } = confirmedOf(body);
  const by = (await call.actor()) as string;
  const why = checkedReason({ by, reason, origin: 'dashboard' });
  const { taking, isCapped } = await look(dashboard, call, asked);
  if (isCapped || taking.length > most)
    throw new Refusal(409, `Now there are more than ${most} of them: look again`);
  if (taking.length === 0) throw new Refusal(409, 'None of them takes it any more');
  const { bulk, requests, failures } = await leaveRequests(operators, taking, asked.act, why);
  for (const { error } of failures.slice(0, 1)) dashboard.report(error);
  if (requests.length === 0) throw new Error('No request could be left');
  return { ok: true, bulk, requests: requests.length, failed: failures.length };
}

/** What nobody has taken of a bulk act is taken back. It waits for no other one: it is asked for in a hurry. */
async function takeBack(
  dashboard: Dashboard,
  call: Call,
  operators: EngineOperators,
  { withdraw, reason }: { readonly withdraw: unknown; readonly reason?: unknown },
): Promise<BulkWithdrawn> {
  if (typeof withdraw !== 'string') throw new Refusal(400, 'withdraw must name a bulk act');
  const by = (await call.actor()) as string;
  const why = { by, reason: reasonOf(reason), origin: 'dashboard' };
  const reads = await dashboard.operators(call);
  await reads.bulk(withdraw, by);
  const isMeant = (request: SagaRequest): boolean => reads.isOfBulk(request, by);
  const { withdrawn, inHand } = await withdrawBulk(operators, withdraw, why, { isMeant });
  return { ok: true, withdrawn, inHand };
}

/** One act for all sagas of a filter: first what it would do, then a request for each; and all of these taken back. */
export const bulk: Route = {
  method: 'post',
  path: 'api/bulk',
  async answer(dashboard, call): Promise<BulkDryRun | BulkAnswer | BulkWithdrawn> {
    const readOnly = await call.readOnly();
    if (readOnly !== undefined) throw new Refusal(403, readOnly);
    await call.allow('bulk');
    const { operators } = dashboard.engine;
    if (operators === undefined) throw new Refusal(409, NOWHERE);
    if (!dashboard.acts.take())
      throw new Refusal(429, 'Too many acts at once: try again in a second');
    const body = (call.request.body ?? {}) as {
      readonly dryRun?: unknown;
      readonly withdraw?: unknown;
    };
    const { withdraw } = body;
    if (withdraw !== undefined) return takeBack(dashboard, call, operators, { ...body, withdraw });
    if (body.dryRun !== undefined && body.dryRun !== true)
      throw new Refusal(400, 'dryRun must be true, or left out');
    return dashboard.oneBulk<BulkDryRun | BulkAnswer>(() =>
      body.dryRun ? dryRun(dashboard, call, body) : carryOut(dashboard, call, operators, body),
    );
  },
};

/** Counting 10,000 of them takes a while, and they end at most 50 in a second. */
const keptMs = ({ requests }: { readonly requests: number }): number => Math.max(200, requests / 2);

/** What has become of its requests. */
export const bulkProgress: Route = {
  method: 'get',
  path: 'api/bulk',
  async answer(dashboard, call): Promise<BulkProgress> {
    const id = needed(call.request.query, 'bulk');
    const operators = await dashboard.operators(call);
    const actor = await call.actor();
    const key = JSON.stringify(['bulk', id, actor, await call.scope()]);
    const progress = await dashboard.cache.get(key, keptMs, () => operators.bulk(id, actor));
    return { now: Date.now(), ...progress };
  },
};
