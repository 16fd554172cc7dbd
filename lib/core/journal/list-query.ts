import {
  groupProblem,
  isGroup,
  namesOf,
  refuseProblems,
  shown,
  textProblem,
  unknownProblems,
  wholeProblem,
} from '../definition/index.js';
import { PARK_REASONS, SAGA_STATUSES, type ParkReason, type SagaStatus } from '../machine/index.js';
import { timeOfDate } from '../ports/index.js';
import type { SagaFilter } from './requests.js';

/** Where a page ends: its last saga's time of creation, and its number among those of that time. */
export interface PagePosition {
  /** A `bigint` where a damaged row has a time that no number tells. */
  readonly createdAt: number | bigint;
  readonly key: number;
}

/** A filter, checked, with its defaults. */
export interface ListQuery {
  /** `''`: sagas without one. */
  readonly application: string;
  readonly name: string | undefined;
  /** `undefined`: any. */
  readonly statuses: readonly SagaStatus[] | undefined;
  /** `undefined`: any. Where they are given, `statuses` has no other than `parked`. */
  readonly parkReasons: readonly ParkReason[] | undefined;
  readonly key: string | undefined;
  readonly tags: readonly (readonly [name: string, value: string])[];
  /** In ms since the epoch, exclusive. */
  readonly createdAfter: number | undefined;
  readonly createdBefore: number | undefined;
  readonly limit: number;
  /** The page holds what comes after this: older sagas. */
  readonly after: PagePosition | undefined;
}

const CONDITIONS = namesOf<SagaFilter>({
  ...{ name: true, status: true, key: true, tags: true, createdAfter: true, createdBefore: true },
  ...{ limit: true, cursor: true, application: true, parkReason: true },
});
/** Of every page. */
export const DEFAULT_LIMIT = 50;
export const MAX_LIMIT = 1_000;
const CURSOR = /^1\.(-?\d{1,19})\.(\d{1,15})$/;

export function textProblems(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') return `${option} must be a string (got ${shown(value)})`;
  return textProblem(option, value);
}

/** Of what may be one value, or a list of them: which are none of the known ones. */
export function wordProblems(
  option: string,
  given: unknown,
  known: readonly string[],
): readonly (string | undefined)[] {
  if (given === undefined) return [];
  const words: readonly unknown[] = Array.isArray(given) ? given : [given];
  return words.map((word) =>
    known.some((one) => one === word)
      ? undefined
      : `${option} must be one of ${known.join(', ')} (got ${shown(word)})`,
  );
}

/** Each once; `undefined` where nothing was given. */
export function wordsOf<T extends string>(
  given: T | readonly T[] | undefined,
): readonly T[] | undefined {
  return given === undefined ? undefined : [...new Set([given].flat() as T[])];
}

export function timeProblem(option: string, value: unknown): string | undefined {
  const isTime = !Number.isNaN(timeOfDate(value) ?? NaN);
  if (value === undefined || isTime) return undefined;
  return `${option} must be a valid Date (got ${shown(value)})`;
}

function tagProblems(tags: unknown): readonly (string | undefined)[] {
  if (tags === undefined) return [];
  if (!isGroup(tags)) return [groupProblem('tags', tags)];
  return Object.entries(tags).flatMap(([name, value]) => [
    textProblems('the name of a tag', name),
    textProblems(`tag ${shown(name)}`, value),
  ]);
}

/** Where the page after this one begins, as a text that only `listQuery` reads. */
export function cursorAt({ createdAt, key }: PagePosition): string {
  return Buffer.from(`1.${createdAt}.${key}`).toString('base64url');
}

/** As a number where one is exact. */
export function exactly(whole: string): number | bigint {
  const value = Number(whole);
  return Number.isSafeInteger(value) ? value : BigInt(whole);
}

function positionOf(cursor: unknown): PagePosition | undefined {
  const text =
    typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const [, createdAt, key] = CURSOR.exec(text) ?? [];
  if (createdAt === undefined) return undefined;
  return { createdAt: exactly(createdAt), key: Number(key) };
}

function cursorProblem(cursor: unknown): string | undefined {
  if (cursor === undefined || positionOf(cursor) !== undefined) return undefined;
  return `cursor must be the nextCursor of the page before (got ${shown(cursor)})`;
}

/** What has a park reason is parked. */
function statusesOf({ status, parkReason }: SagaFilter): readonly SagaStatus[] | undefined {
  const statuses = wordsOf(status);
  if (parkReason === undefined) return statuses;
  return (statuses ?? SAGA_STATUSES).filter((one) => one === 'parked');
}

function filterProblems(filter: SagaFilter): readonly (string | undefined)[] {
  const { application, name, status, parkReason, key, tags } = filter;
  const { createdAfter, createdBefore, limit, cursor } = filter;
  return [
    ...unknownProblems('a list', filter, CONDITIONS),
    textProblems('application', application),
    textProblems('name', name),
    ...wordProblems('status', status, SAGA_STATUSES),
    ...wordProblems('parkReason', parkReason, PARK_REASONS),
    textProblems('key', key),
    ...tagProblems(tags),
    timeProblem('createdAfter', createdAfter),
    timeProblem('createdBefore', createdBefore),
    limit === undefined ? undefined : wholeProblem('limit', limit, 1, MAX_LIMIT),
    cursorProblem(cursor),
  ];
}

/** Checked before any condition is read. @throws SagaOptionsError for what holds no conditions */
export function checkFilter(filter: unknown): void {
  refuseProblems([groupProblem('the filter of a list', filter)]);
}

/** @throws SagaOptionsError naming every condition that cannot be meant. */
export function listQuery(filter: SagaFilter): ListQuery {
  checkFilter(filter);
  refuseProblems(filterProblems(filter));
  const { application, name, parkReason, key, tags = {}, limit = DEFAULT_LIMIT, cursor } = filter;
  return {
    application: application ?? '',
    name,
    statuses: statusesOf(filter),
    parkReasons: wordsOf(parkReason),
    key,
    tags: Object.entries(tags).map(([tag, value]) => [tag, value ?? '']),
    createdAfter: timeOfDate(filter.createdAfter),
    createdBefore: timeOfDate(filter.createdBefore),
    limit,
    after: positionOf(cursor),
  };
}
