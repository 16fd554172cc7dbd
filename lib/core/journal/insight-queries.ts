import {
  groupProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../definition/index.js';
import { SAGA_STATUSES } from '../machine/index.js';
import { timeOfDate } from '../ports/index.js';
import type {
  ChangeQuery,
  CountQuery,
  DurationQuery,
  FindQuery,
  HistogramQuery,
  InsightScope,
  TagQuery,
} from './insight.js';
import type {
  ChangeRead,
  CountRead,
  DurationRead,
  FindRead,
  HistogramRead,
  ReadScope,
  TagRead,
} from './insight-reads.js';
import { textProblems, timeProblem, wordProblems, wordsOf } from './list-query.js';
import type { SagaRef } from './saga-ref.js';

type Problems = readonly (string | undefined)[];

const MAX_REFS = 200;
const SCOPE = { application: true, names: true } as const;
const TIMES = { createdAfter: true, createdBefore: true } as const;

function namesProblems(names: unknown): Problems {
  if (names === undefined) return [];
  if (Array.isArray(names)) return names.map((name) => textProblems('each of names', name ?? null));
  return [`names must be a list of names (got ${shown(names)})`];
}

/** Everything that is wrong, before any of it is read. */
function check(what: string, query: object, known: readonly string[], problems: () => Problems) {
  refuseProblems([groupProblem(what, query)]);
  const { application, names } = query as InsightScope;
  refuseProblems([
    ...unknownProblems(what, query, known),
    textProblems('application', application),
    ...namesProblems(names),
    ...problems(),
  ]);
}

function scopeOf({ application = '', names }: InsightScope): ReadScope {
  return { application, names: wordsOf(names) };
}

function within(limit: number | undefined, max: number): string | undefined {
  return limit === undefined ? undefined : wholeProblem('limit', limit, 1, max);
}

function timesOf({ createdAfter, createdBefore }: DurationQuery) {
  return { createdAfter: timeOfDate(createdAfter), createdBefore: timeOfDate(createdBefore) };
}

function timeProblems({ createdAfter, createdBefore }: DurationQuery): Problems {
  return [timeProblem('createdAfter', createdAfter), timeProblem('createdBefore', createdBefore)];
}

const OF_COUNT = namesOf<CountQuery>({ ...SCOPE, ...TIMES, status: true });
export function countRead(query: CountQuery = {}): CountRead {
  check('a count', query, OF_COUNT, () => [
    ...wordProblems('status', query.status, SAGA_STATUSES),
    ...timeProblems(query),
  ]);
  return { ...scopeOf(query), ...timesOf(query), statuses: wordsOf(query.status) ?? SAGA_STATUSES };
}

const OF_HISTOGRAM = namesOf<HistogramQuery>({ ...SCOPE, from: true, to: true, buckets: true });
export function histogramRead(query: HistogramQuery): HistogramRead {
  check('a histogram', query, OF_HISTOGRAM, () => {
    const [from, to] = [timeOfDate(query.from) ?? NaN, timeOfDate(query.to) ?? NaN];
    return [
      timeProblem('from', query.from ?? null),
      timeProblem('to', query.to ?? null),
      from >= to ? `to must be later than from (got ${shown(query.to)})` : undefined,
      wholeProblem('buckets', query.buckets, 1, 500),
    ];
  });
  const [from, to] = [Number(timeOfDate(query.from)), Number(timeOfDate(query.to))];
  return { ...scopeOf(query), from, to, bucketMs: Math.ceil((to - from) / query.buckets) };
}

const OF_DURATIONS = namesOf<DurationQuery>({ ...SCOPE, ...TIMES, sample: true });
export function durationRead(query: DurationQuery = {}): DurationRead {
  const { sample = 2_000 } = query ?? {};
  check('durations', query, OF_DURATIONS, () => [
    ...timeProblems(query),
    wholeProblem('sample', sample, 1, 10_000),
  ]);
  return { ...scopeOf(query), ...timesOf(query), sample };
}

const OF_SCOPE = namesOf<InsightScope>(SCOPE);
export function scopeRead(query: InsightScope = {}): ReadScope {
  check('what is asked', query, OF_SCOPE, () => []);
  return scopeOf(query);
}

export function applicationRead(query: Pick<InsightScope, 'application'> = {}): string {
  check('what is asked', query, ['application'], () => []);
  return query.application ?? '';
}

const OF_CHANGES = namesOf<ChangeQuery>({ ...SCOPE, cursor: true, limit: true });
export function changeRead(query: ChangeQuery = {}): ChangeRead {
  check('changes', query, OF_CHANGES, () => [
    within(query.limit, 1_000),
    textProblems('cursor', query.cursor),
  ]);
  return { ...scopeOf(query), cursor: query.cursor, limit: query.limit ?? 500 };
}

const OF_TAG = namesOf<TagQuery>({ application: true, tag: true, prefix: true, limit: true });
export function tagRead(query: TagQuery): TagRead {
  check('values of a tag', query, OF_TAG, () => [
    textProblems('tag', query.tag ?? null),
    textProblems('prefix', query.prefix),
    within(query.limit, 1_000),
  ]);
  const { application = '', tag, prefix = '', limit = 50 } = query;
  return { application, tag, prefix, limit };
}

const OF_FIND = namesOf<FindQuery>({ ...SCOPE, text: true, limit: true });
export function findRead(query: FindQuery): FindRead {
  check('a search', query, OF_FIND, () => [
    query.text === '' ? 'text must not be empty' : textProblems('text', query.text ?? null),
    within(query.limit, 200),
  ]);
  return { ...scopeOf(query), text: query.text, limit: query.limit ?? 20 };
}

export function refRead(ref: SagaRef): Required<SagaRef> {
  refuseProblems([groupProblem('what names a saga', ref)]);
  const { application = '', name, id } = ref;
  refuseProblems([
    textProblems('application', application),
    textProblems('name', name ?? null),
    textProblems('id', id ?? null),
  ]);
  return { application, name, id };
}

export function refsRead(refs: readonly SagaRef[]): readonly Required<SagaRef>[] {
  if (!Array.isArray(refs) || refs.length > MAX_REFS) {
    const got = Array.isArray(refs) ? `${refs.length} of them` : shown(refs);
    refuseProblems([`refs must be a list of at most ${MAX_REFS} (got ${got})`]);
  }
  return refs.map(refRead);
}
