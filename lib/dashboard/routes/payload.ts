import type { SagaDetails, SagaPayloads } from '../../core/index.js';
import { codecOf, labelOfHead } from '../../core/journal/index.js';
import type { Dashboard } from '../dashboard.js';
import { needed, Refusal } from '../http.js';
import { shownPayload } from '../shown-payload.js';
import type { Payload, Shown } from '../ui/wire.js';
import type { Route } from './route.js';

const NOT_HERE = 'What keeps these sagas does not hand out inputs, contexts and results.';
const UNREADABLE = 'They cannot be read: another codec wrote them, or this process lacks its key.';
/** One among others that can be. */
const NOT_READ: Shown = {
  $: 'unreadable',
  text: 'cannot be read: another codec wrote it, or this process lacks its key',
};

/** By the seqs of their records: a timeline leaves out those that cannot be read. */
async function labelsOf({ engine }: Dashboard, { name, id }: SagaDetails) {
  const [found] = (await engine.insight?.records([{ name, id }])) ?? [];
  return new Map(found?.entries.map(({ seq, head }) => [seq, labelOfHead(head)]));
}

async function decoded(dashboard: Dashboard, stored: SagaPayloads, saga: SagaDetails) {
  const labels = await labelsOf(dashboard, saga);
  const { payloads, settings } = dashboard;
  const codec = codecOf(dashboard.codec, saga);
  const redact = payloads === 'full' ? undefined : (settings.redact ?? []);
  let isAnyRead = false;
  const read = async (text: string | null): Promise<Shown | undefined> => {
    if (text === null) return undefined;
    try {
      const value = shownPayload(await codec.decode(text), redact);
      isAnyRead = true;
      return value;
    } catch {
      // What the codec says of it may hold a part of the text, or of a key.
      return NOT_READ;
    }
  };
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
      return result === undefined
        ? []
        : [{ label: labels.get(seq) ?? `record ${seq}`, value: result }];
    }),
    records,
    ...(isAnyRead ? {} : { problem: UNREADABLE }),
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
    return { now: Date.now(), ...(await decoded(dashboard, stored, saga)) };
  },
};
