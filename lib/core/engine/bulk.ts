import { setImmediate as turn } from 'node:timers/promises';
import type { SagaFilter, SagaRef } from '../journal/index.js';
import { timeOrderedIds } from '../ports/index.js';
import type { EngineOperators, SagaAct, SagaRequest } from './engine-operators.js';
import type { OperatorReason } from './operator-reason.js';
import type { SagaSummary, SagaSummaryPage } from './saga-engine.js';

/** What makes sense for many at once: nobody knows of a thousand steps whether they took place. */
export const BULK_ACTS = {
  cancel: { act: 'cancel' },
  resume: { act: 'resume' },
  'retry-undos': { act: 'retry-compensation' },
  forget: { act: 'forget' },
} as const satisfies Readonly<Record<string, SagaAct>>;

export type BulkAct = keyof typeof BULK_ACTS;

export function isBulkAct(name: unknown): name is BulkAct {
  return typeof name === 'string' && Object.hasOwn(BULK_ACTS, name);
}

/** What a journal reads in one go. */
const PAGE = 1_000;
/** So many requests are written at a time; then others have their turn, where a journal does it all at once. */
const AT_ONCE = 50;

/** Page by page, so that a long list needs no memory. */
export async function* pagesOf(
  list: (filter: SagaFilter) => Promise<SagaSummaryPage>,
  filter: SagaFilter,
  limit: number,
): AsyncGenerator<readonly SagaSummary[]> {
  let left = limit;
  for (let cursor: string | undefined; left > 0;) {
    const asked = { ...filter, ...(cursor && { cursor }), limit: Math.min(left, PAGE) };
    const page = await list(asked);
    yield page.sagas;
    left -= page.sagas.length;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
  }
}

/** What a bulk act has left. */
export interface LeftRequests {
  /** Names it: its requests are listed by this. */
  readonly bulk: string;
  readonly requests: readonly SagaRequest[];
  /** Why there is none of a saga. */
  readonly failures: readonly { readonly ref: SagaRef; readonly error: unknown }[];
  /** So many sagas were not reached: it was stopped before. */
  readonly unreached: number;
}

/**
 * A request for each of these sagas, all with one name. What they are is known before: the first one that is
 * carried out may change what a filter finds.
 */
export async function leaveRequests(
  operators: Pick<EngineOperators, 'request'>,
  sagas: readonly SagaRef[],
  act: BulkAct,
  why: OperatorReason,
  signal?: AbortSignal,
): Promise<LeftRequests> {
  const bulk = timeOrderedIds();
  // A summary names a saga, too, and says more.
  const refs = sagas.map(({ application = '', name, id }) => ({ application, name, id }));
  const requests: SagaRequest[] = [];
  const failures: { readonly ref: SagaRef; readonly error: unknown }[] = [];
  let at = 0;
  for (; at < refs.length && signal?.aborted !== true; at += AT_ONCE) {
    const some = refs.slice(at, at + AT_ONCE);
    const left = await Promise.allSettled(
      some.map((ref) => operators.request(ref, BULK_ACTS[act], why, bulk)),
    );
    await turn();
    left.forEach((one, i) => {
      if (one.status === 'fulfilled') requests.push(one.value);
      else failures.push({ ref: some[i] as SagaRef, error: one.reason });
    });
  }
  return { bulk, requests, failures, unreached: Math.max(0, refs.length - at) };
}
