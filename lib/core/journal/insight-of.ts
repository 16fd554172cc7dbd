import { isObject } from '../definition/index.js';
import type { DefinitionJson } from '../definition/index.js';
import { SAGA_STATUSES, type SagaStatus } from '../machine/index.js';
import type { JournalOwner, OwnerInfo, SagaHistogram, StoredPlan } from './insight-answers.js';
import {
  applicationRead,
  changeRead,
  countRead,
  durationRead,
  findRead,
  histogramRead,
  refRead,
  refsRead,
  scopeRead,
  tagRead,
} from './insight-queries.js';
import type {
  BucketCount,
  HistogramRead,
  InsightReads,
  ReadOwner,
  ReadPlan,
} from './insight-reads.js';
import type { JournalInsight } from './insight.js';
import { checkFilter, listQuery } from './list-query.js';

/** How many rows a dry run shows. */
const SHOWN = 20;

/** The object of a JSON text that somebody else may have written; `undefined` for what is none. */
function objectIn(text: string | null): object | undefined {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isInfo(value: object | undefined): value is OwnerInfo {
  return (
    value !== undefined && 'application' in value && 'sagas' in value && Array.isArray(value.sagas)
  );
}

function ownerOf(
  { owner, startedAt, aliveUntil, info, sagas }: ReadOwner,
  now: number,
): JournalOwner {
  const said = objectIn(info);
  return {
    owner,
    startedAt: startedAt === null ? null : new Date(startedAt),
    aliveUntil: aliveUntil === null ? null : new Date(aliveUntil),
    isAlive: aliveUntil !== null && aliveUntil >= now,
    ...(isInfo(said) ? { info: said } : {}),
    sagas,
  };
}

function planOf({ plan, firstSeen, lastSeen, ...of }: ReadPlan): StoredPlan {
  const read = objectIn(plan);
  const whole = read !== undefined && 'stages' in read && Array.isArray(read.stages);
  return {
    ...of,
    ...(whole ? { plan: read as DefinitionJson } : {}),
    firstSeen: new Date(firstSeen),
    lastSeen: new Date(lastSeen),
  };
}

function histogramOf(
  { from, bucketMs }: HistogramRead,
  length: number,
  counts: readonly BucketCount[],
): SagaHistogram {
  const none = (): Record<SagaStatus, number> =>
    Object.fromEntries(SAGA_STATUSES.map((status) => [status, 0])) as Record<SagaStatus, number>;
  const buckets = Array.from({ length }, none);
  for (const { bucket, status, sagas } of counts) {
    const counted = buckets[bucket];
    if (counted !== undefined) counted[status] += sagas;
  }
  return { from: new Date(from), bucketMs, buckets };
}

/** An insight of what a store can read: it checks what is asked, and makes dates and plans of the answers. */
export function insightOf(reads: InsightReads): JournalInsight {
  return {
    now: async () => new Date(await reads.now()),
    counts: async (query) => reads.counts(countRead(query)),
    histogram: async (query) => {
      const read = histogramRead(query);
      return histogramOf(read, query.buckets, await reads.histogram(read));
    },
    durations: async (query) => reads.durations(durationRead(query)),
    unfinished: async (query) =>
      (await reads.unfinished(scopeRead(query))).map(({ oldestUnowned: oldest, ...counts }) => ({
        ...counts,
        oldestUnowned: oldest === null ? null : new Date(oldest),
      })),
    owners: async (query) => {
      const application = applicationRead(query);
      const [now, found] = await Promise.all([reads.now(), reads.owners(application)]);
      const owners = found.map((owner) => ownerOf(owner, now));
      return owners.filter(({ info, sagas }) => sagas > 0 || info?.application === application);
    },
    plans: async (query) =>
      (await reads.plans(scopeRead(query)))
        .toSorted((one, other) => other.firstSeen - one.firstSeen || other.version - one.version)
        .map(planOf),
    changes: async (query) => reads.changes(changeRead(query)),
    names: async (query) => reads.names(applicationRead(query)),
    tagNames: async (query) => reads.tagNames(applicationRead(query)),
    tagValues: async (query) => reads.tagValues(tagRead(query)),
    find: async (query) => reads.find(findRead(query)),
    records: async (refs) => reads.records(refsRead(refs)),
    payloads: async (ref) => reads.payloads(refRead(ref)),
    size: async () => reads.size(),
    dryRun: async (given) => {
      checkFilter(given);
      const { limit: _, cursor: _ignored, ...filter } = given;
      const query = listQuery({ ...filter, limit: SHOWN });
      const [counted, first] = await Promise.all([reads.dryRun(query), reads.list(query)]);
      return { ...counted, first };
    },
  };
}
