import { namesOf, shown, textProblem, unknownProblems } from '../definition/index.js';
import { SagaOptionsError } from '../errors/index.js';
import { SAGA_STATUSES, type SagaStatus } from '../machine/index.js';
import { timeOfDate } from '../ports/index.js';
import type { SagaFilter } from './journal.js';

/** Where a page ends: its last saga's time of creation, and its number among those of that time. */
export interface PagePosition {
  readonly createdAt: number;
  readonly key: number;
}

/** A filter, checked, with its defaults. */
export interface ListQuery {
  /** `''`: sagas without one. */
  readonly application: string;
  readonly name: string | undefined;
  /** `undefined`: any. */
  readonly statuses: readonly SagaStatus[] | undefined;
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
  ...{
    application: true,
    name: true,
    status: true,
    key: true,
    tags: true,
    createdAfter: true,
    createdBefore: true,
  },
  ...{ limit: true, cursor: true },
});
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;
const CURSOR = /^1\.(\d{1,15})\.(\d{1,15})$/;

function limitOf(limit: unknown): number {
  if (limit === undefined) return DEFAULT_LIMIT;
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= MAX_LIMIT) {
    return limit as number;
  }
  throw new SagaOptionsError(
    `limit must be a whole number from 1 to ${MAX_LIMIT} (got ${shown(limit)})`,
  );
}

function textOf(option: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') {
    throw new SagaOptionsError(`${option} must be a string (got ${shown(value)})`);
  }
  const problem = textProblem(option, value);
  if (problem !== undefined) throw new SagaOptionsError(problem);
  return value;
}

function statusesOf(given: unknown): ListQuery['statuses'] {
  if (given === undefined) return undefined;
  const statuses: readonly unknown[] = Array.isArray(given) ? given : [given];
  return [...new Set(statuses)].map((status) => {
    const found = SAGA_STATUSES.find((one) => one === status);
    if (found !== undefined) return found;
    throw new SagaOptionsError(
      `status must be one of ${SAGA_STATUSES.join(', ')} (got ${shown(status)})`,
    );
  });
}

function timeOf(option: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const ms = timeOfDate(value) ?? NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new SagaOptionsError(`${option} must be a valid Date (got ${shown(value)})`);
}

function tagsOf(tags: unknown): ListQuery['tags'] {
  if (tags === undefined) return [];
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new SagaOptionsError(`tags must be an object (got ${shown(tags)})`);
  }
  return Object.entries(tags).map(([name, value]) => {
    textOf('the name of a tag', name);
    const text = textOf(`tag ${shown(name)}`, value);
    return [name, text ?? ''];
  });
}

/** Where the page after this one begins, as text that is nobody's business but `listQuery`'s. */
export function cursorAt({ createdAt, key }: PagePosition): string {
  return Buffer.from(`1.${createdAt}.${key}`).toString('base64url');
}

function positionOf(cursor: unknown): PagePosition | undefined {
  if (cursor === undefined) return undefined;
  const text =
    typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const [, createdAt, key] = CURSOR.exec(text) ?? [];
  if (createdAt !== undefined) return { createdAt: Number(createdAt), key: Number(key) };
  throw new SagaOptionsError(
    `cursor must be the nextCursor of the page before (got ${shown(cursor)})`,
  );
}

/** @throws SagaOptionsError naming the condition that cannot be meant. */
export function listQuery(filter: SagaFilter): ListQuery {
  const [unknown] = unknownProblems('a list', filter, CONDITIONS);
  if (unknown !== undefined) throw new SagaOptionsError(unknown);
  return {
    application: textOf('application', filter.application) ?? '',
    name: textOf('name', filter.name),
    statuses: statusesOf(filter.status),
    key: textOf('key', filter.key),
    tags: tagsOf(filter.tags),
    createdAfter: timeOf('createdAfter', filter.createdAfter),
    createdBefore: timeOf('createdBefore', filter.createdBefore),
    limit: limitOf(filter.limit),
    after: positionOf(filter.cursor),
  };
}
