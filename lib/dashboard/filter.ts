import { PARK_REASONS, SAGA_STATUSES } from '../core/machine/index.js';
import type { SagaFilter } from '../core/index.js';
import { Refusal, textOf, type Incoming } from './http.js';
import { MAX_ROWS } from './reads/saga-reads.js';

type Query = Incoming['query'];

export function limitOf(query: Query): number {
  const limit = Number(textOf(query, 'limit') ?? 50);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_ROWS) return limit;
  throw new Refusal(400, `limit must be a whole number from 1 to ${MAX_ROWS}`);
}

/** One or several, with commas between them. */
function wordsOf<T extends string>(
  query: Query,
  name: string,
  known: readonly T[],
): readonly T[] | undefined {
  const words = textOf(query, name)?.split(',');
  if (words === undefined) return undefined;
  const meant = known.filter((word) => words.includes(word));
  if (meant.length === words.length) return meant;
  throw new Refusal(400, `${name} must be of ${known.join(', ')}`);
}

/** `tag=name=value`, once or several times; values may hold `=`. */
function tagsOf(query: Query): Record<string, string> {
  const given = [query['tag'] ?? []].flat();
  return Object.fromEntries(
    given
      .filter((one) => one !== '')
      .map((one) => {
        const [, name, value] = /^([^=]+)=(.*)$/s.exec(typeof one === 'string' ? one : '') ?? [];
        if (name === undefined || value === undefined)
          throw new Refusal(400, 'tag must be name=value');
        return [name, value];
      }),
  );
}

function timeOf(query: Query, name: string): Date | undefined {
  const text = textOf(query, name);
  if (text === undefined) return undefined;
  const time = new Date(/^\d+$/.test(text) ? Number(text) : text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new Refusal(400, `${name} must be a time`);
}

/** @throws Refusal for what cannot be meant */
export function filterOf(query: Query): SagaFilter {
  const given = {
    name: textOf(query, 'name'),
    status: wordsOf(query, 'status', SAGA_STATUSES),
    parkReason: wordsOf(query, 'reason', PARK_REASONS),
    key: textOf(query, 'key'),
    createdAfter: timeOf(query, 'after'),
    createdBefore: timeOf(query, 'before'),
    cursor: textOf(query, 'cursor'),
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(set), tags: tagsOf(query), limit: limitOf(query) };
}
