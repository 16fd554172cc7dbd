import type { DefinitionJson, JournalInsight, OwnerInfo } from 'nestjs-saga-orchestrator/core';
import { Faulty, type Fault } from './faulty.js';

/** A journal whose insight answers some questions otherwise. */
function answering(
  name: string,
  otherwise: (sound: JournalInsight) => Partial<JournalInsight>,
): typeof Faulty {
  const Twin = class extends Faulty {
    constructor(clock: { now: number }) {
      super(clock);
      const sound = this.insight;
      Object.assign(this, { insight: { ...sound, ...otherwise(sound) } });
    }
  };
  Object.defineProperty(Twin, 'name', { value: name });
  return Twin;
}

const ALL = ['', 'shop'];

const countsWithoutReasons = answering('CountsWithoutReasons', (sound) => ({
  counts: async (query) =>
    (await sound.counts(query)).map((count) => ({ ...count, parkReason: null })),
}));
const countsEveryTime = answering('CountsEveryTime', (sound) => ({
  counts: ({ createdAfter: _, ...query } = {}) => sound.counts(query),
}));
const countsThoseOfAll = answering('CountsThoseOfAll', (sound) => ({
  counts: async (query) =>
    (await Promise.all(ALL.map((application) => sound.counts({ ...query, application })))).flat(),
}));
const bucketsByTheEnd = answering('LosesTheFirstMoment', (sound) => ({
  histogram: (query) => sound.histogram({ ...query, from: new Date(query.from.getTime() + 1) }),
}));
const everyName = answering('BucketsEveryName', (sound) => ({
  histogram: ({ names: _, ...query }) => sound.histogram(query),
}));
const averages = answering('TellsTheLongest', (sound) => ({
  durations: async (query) =>
    (await sound.durations(query)).map((one) => ({ ...one, p50: one.max, p95: one.max })),
}));
const oldestSample = answering('TakesAllForTheNewest', (sound) => ({
  durations: ({ sample: _, ...query } = {}) => sound.durations(query),
}));
const sleepers = answering('TakesSleepersForAbandoned', (sound) => ({
  unfinished: async (query) =>
    (await sound.unfinished(query)).map((one) => ({ ...one, unowned: one.unowned + one.asleep })),
}));
const anyQuestion = answering('TakesAnyQuestion', (sound) => ({
  counts: async (query) => sound.counts(query).catch(() => []),
}));
const namesOfAll = answering('NamesOfAll', (sound) => ({
  names: async () =>
    (await Promise.all(ALL.map((application) => sound.names({ application })))).flat(),
}));
const tagsOfAll = answering('TagsOfAll', (sound) => ({
  tagValues: async (query) =>
    (
      await Promise.all(ALL.map((application) => sound.tagValues({ ...query, application })))
    ).flat(),
}));
const findsAnywhere = answering('FindsAnyCase', (sound) => ({
  find: async (query) => [
    ...(await sound.find(query)),
    ...(await sound.find({ ...query, text: query.text.replace(/^o/, 'O') })),
  ],
}));
const keysAlone = answering('FindsNoKeys', (sound) => ({
  find: async (query) => (await sound.find(query)).filter(({ id }) => id.startsWith(query.text)),
}));
const forgetsTheCursor = answering('TellsNothingNew', (sound) => ({
  changes: async (query) => ({ ...(await sound.changes(query)), refs: [] }),
}));
const believesAnyCursor = answering('BelievesAnyCursor', (sound) => ({
  changes: async (query) => ({ ...(await sound.changes(query)), isPartial: false }),
}));
const looksThroughSome = answering('LooksThroughSomeChanges', (sound) => ({
  changes: async (query) => {
    const { refs, cursor } = await sound.changes({ ...query, application: 'shop' });
    return refs.length < 200 ? sound.changes(query) : { refs: [], isPartial: false, cursor };
  },
}));
const unordered = answering('TellsRecordsAsTheyCome', (sound) => ({
  records: async (refs) => (await sound.records(refs)).toReversed(),
}));
const allPayloads = answering('ShowsThePayloadsOfNone', (sound) => ({
  payloads: async (ref) => (await sound.payloads(ref)) ?? { input: '', entries: [] },
}));
const counts20 = answering('CountsWhatItShows', (sound) => ({
  dryRun: async (filter) => {
    const run = await sound.dryRun(filter);
    return { ...run, sagas: run.first.length };
  },
}));
const silent = answering('KnowsNoSilentOwners', (sound) => ({
  owners: async (query) =>
    (await sound.owners(query)).filter(({ aliveUntil }) => aliveUntil !== null),
}));

const smallestFirst = answering('TellsTheSmallestTableFirst', () => ({
  size: async () => ({
    bytes: 3,
    tables: [
      { table: 'sagas', bytes: 1 },
      { table: 'saga_tags', bytes: 2 },
    ],
  }),
}));
const tableOutside = answering('LeavesATableOut', () => ({
  size: async () => ({ bytes: 1, tables: [{ table: 'sagas', bytes: 2 }] }),
}));

class ForgetsWhatWasSaid extends Faulty {
  override heartbeat(owner: string, leaseMs: number, info?: OwnerInfo) {
    return super.heartbeat(owner, leaseMs, info ?? ({ application: '', sagas: [] } as never));
  }
}

class KeepsTheFirstPlan extends Faulty {
  readonly #kept = new Set<string>();
  override savePlans(application: string, plans: readonly DefinitionJson[]): Promise<void> {
    const fresh = plans.filter(({ name }) => !this.#kept.has(name));
    for (const { name } of fresh) this.#kept.add(name);
    return super.savePlans(application, fresh);
  }
}

const COUNTS = 'insight: counts tell names, statuses and park reasons';
const TIMES = 'insight: counts of a time leave out both of its ends';
const HISTOGRAM = 'insight: a histogram tells when they were created, by status';
const DURATIONS = 'insight: durations tell how long the newest took that ended';
const TAGS = 'insight: names and tags are those that sagas of the application have';
const FIND = 'insight: find tells ids that begin so, then keys';
const CHANGES = 'insight: changes tell what was written since';
const OWNERS = 'insight: owners say what they are, and whether they live';
const SIZE = 'insight: its size is that of its tables, the largest first';

export const insightFaults: readonly Fault[] = [
  [smallestFirst, SIZE],
  [tableOutside, SIZE],
  [countsWithoutReasons, COUNTS],
  [countsThoseOfAll, COUNTS],
  [countsEveryTime, TIMES],
  [bucketsByTheEnd, HISTOGRAM],
  [everyName, HISTOGRAM],
  [averages, DURATIONS],
  [oldestSample, DURATIONS],
  [sleepers, 'insight: unfinished tells what waits for a process'],
  [anyQuestion, 'insight: what cannot be meant is refused'],
  [namesOfAll, TAGS],
  [tagsOfAll, TAGS],
  [findsAnywhere, FIND],
  [keysAlone, FIND],
  [forgetsTheCursor, CHANGES],
  [believesAnyCursor, CHANGES],
  [looksThroughSome, 'insight: what others write hides no change without a word'],
  [forgetsTheCursor, 'insight: what was forgotten is no change, and hides none'],
  [unordered, 'insight: records are told without payloads, in the order asked'],
  [allPayloads, 'insight: payloads are those of the one saga'],
  [counts20, 'insight: a dry run tells what a bulk act would concern'],
  [silent, OWNERS],
  [ForgetsWhatWasSaid, OWNERS],
  [KeepsTheFirstPlan, 'insight: plans are kept by fingerprint, with when they were seen'],
];
