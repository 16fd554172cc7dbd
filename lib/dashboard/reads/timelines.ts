import type {
  JournalInsight,
  PayloadCodec,
  SagaDetails,
  SagaEvent,
  SagaRecords,
  SagaSummary,
} from '../../core/index.js';
import { toEvent } from '../../core/index.js';
import { codecOf, decodeHead } from '../../core/journal/index.js';
import type { SagaOperations } from '../../nest/index.js';

/** Sagas that are read at the same time, where each is a question of its own. */
const AT_ONCE = 8;
/** So many the journal tells of at once. */
const MOST = 200;

interface Readers {
  readonly operations: SagaOperations;
  readonly insight: JournalInsight | undefined;
  readonly codec: PayloadCodec;
}

const keyOf = ({ name, id }: { readonly name: string; readonly id: string }): string =>
  JSON.stringify([name, id]);

/** As the engine's own: records that cannot be read are left out. */
function timelineOf({ ref, entries }: SagaRecords, codec: PayloadCodec): readonly SagaEvent[] {
  const own = codecOf(codec, ref);
  return entries.flatMap(({ head, at }) => {
    try {
      return [toEvent(ref.name, ref.id, at, decodeHead(head, own))];
    } catch {
      return [];
    }
  });
}

async function byInsight(
  insight: JournalInsight,
  codec: PayloadCodec,
  sagas: readonly SagaSummary[],
): Promise<readonly SagaDetails[]> {
  const refs = sagas.slice(0, MOST).map(({ application, name, id }) => ({ application, name, id }));
  const records = refs.length === 0 ? [] : await insight.records(refs);
  const found = new Map(records.map((one) => [keyOf(one.ref), one]));
  return sagas.flatMap((saga) => {
    const one = found.get(keyOf(saga));
    if (one === undefined) return [];
    const damage = saga.damage ?? one.damage;
    const timeline = timelineOf(one, codec);
    return [{ ...saga, timeline, ...(damage === undefined ? {} : { damage }) }];
  });
}

/** The sagas with their timelines; one that was deleted meanwhile is left out. */
export async function withTimelines(
  sagas: readonly SagaSummary[],
  { operations, insight, codec }: Readers,
): Promise<readonly SagaDetails[]> {
  if (insight !== undefined) return byInsight(insight, codec, sagas);
  const found: (SagaDetails | undefined)[] = [];
  for (let at = 0; at < sagas.length; at += AT_ONCE) {
    const some = sagas.slice(at, at + AT_ONCE);
    found.push(...(await Promise.all(some.map(({ name, id }) => operations.get(name, id)))));
  }
  return found.filter((saga) => saga !== undefined);
}
