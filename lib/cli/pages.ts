import { pagesOf as pages, summariesOf, type OperatorDesk } from '../core/engine/index.js';
import type { Journal, RequestFilter, SagaFilter, SagaRequest } from '../core/index.js';

/** What a journal lists in one go. */
const PAGE = 1_000;

/** As an engine lists, by its journal. */
export function pagesOf(journal: Journal, filter: SagaFilter, limit: number) {
  return pages(async (asked) => summariesOf(await journal.list(asked)), filter, limit);
}

/** `page` by page, until there are so many. */
export async function upTo<T>(
  limit: number,
  page: (limit: number, cursor?: string) => Promise<readonly [readonly T[], string | undefined]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const [some, next] = await page(Math.min(PAGE, limit - all.length), cursor);
    all.push(...some);
    cursor = next;
  } while (cursor !== undefined && all.length < limit);
  return all;
}

/** What was asked for, the newest first. */
export function requestsOf(
  desk: OperatorDesk,
  filter: RequestFilter,
  limit: number,
): Promise<readonly SagaRequest[]> {
  return upTo(limit, async (most, cursor) => {
    const page = await desk.requests({ ...filter, limit: most, ...(cursor && { cursor }) });
    return [page.requests, page.nextCursor];
  });
}
