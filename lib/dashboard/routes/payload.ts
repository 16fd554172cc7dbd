import type { SagaDetails, SagaPayloads } from '../../core/index.js';
import type { Dashboard } from '../dashboard.js';
import { needed, Refusal } from '../http.js';
import { shownPayload } from '../shown-payload.js';
import type { Payload, Shown } from '../ui/wire.js';
import type { Route } from './route.js';

const NOT_HERE = 'What keeps these sagas does not hand out inputs, contexts and results.';
const UNREADABLE = 'They cannot be read: another codec wrote them, or this process lacks its key.';

async function decoded(
  dashboard: Dashboard,
  stored: SagaPayloads,
  timeline: SagaDetails['timeline'],
) {
  const { codec, payloads, settings } = dashboard;
  const redact = payloads === 'full' ? undefined : (settings.redact ?? []);
  const read = async (text: string | null): Promise<Shown | undefined> =>
    text === null ? undefined : shownPayload(await codec.decode(text), redact);
  const records = await Promise.all(
    stored.entries.map(async ({ seq, result, context }) => {
      const [shownResult, shownContext] = [await read(result), await read(context)];
      return {
        seq,
        ...(shownResult === undefined ? {} : { result: shownResult }),
        ...(shownContext === undefined ? {} : { context: shownContext }),
      };
    }),
  );
  const context = records.findLast((one) => one.context !== undefined)?.context;
  const input = await read(stored.input);
  return {
    ...(input === undefined ? {} : { input }),
    ...((context ?? input) === undefined ? {} : { context: (context ?? input) as Shown }),
    results: records.flatMap(({ seq, result }) => {
      const event = timeline[seq - 1];
      const label = event !== undefined && 'label' in event ? event.label : undefined;
      return result === undefined ? [] : [{ label: label ?? `record ${seq}`, value: result }];
    }),
    records,
  };
}

/** The only address that tells payloads: decoded, and without secrets. */
export const payload: Route = {
  method: 'get',
  path: 'api/payload',
  async answer(dashboard, call): Promise<Payload> {
    if (dashboard.payloads === 'off') throw new Refusal(403, 'Payloads are off in this dashboard');
    const { query } = call.request;
    const reads = await dashboard.reads(call);
    const saga = await reads.saga(needed(query, 'name'), needed(query, 'id'));
    await call.allow('payload', saga);
    const nothing = { now: Date.now(), results: [], records: [] };
    const stored = await dashboard.engine.insight?.payloads({ name: saga.name, id: saga.id });
    if (stored === undefined) return { ...nothing, problem: NOT_HERE };
    try {
      return { now: Date.now(), ...(await decoded(dashboard, stored, saga.timeline)) };
    } catch {
      return { ...nothing, problem: UNREADABLE };
    }
  },
};
