import { isSagaError } from '../../core/index.js';

/** A failure of work that may succeed when it is repeated. */
export class TryAgain extends Error {}

/** The SQLSTATE of an error that the server reported; codes of the operating system are others. */
function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('severity' in error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Class 08: connection. 57P01 to 05: shut down, crashed, starting, dropped, idle too long. */
const LOST = /^(08...|57P0[1-5])$/;
/** 53300: no room for a connection. 25006: read-only, as a server is that is no longer the primary. */
const UNAVAILABLE = /^(53300|25006)$/;
/**
 * Rolled back by a deadlock or conflict, a lock not had in time, a statement that was cancelled, or
 * (23505) records that were written at the same time; the next attempt sees them.
 */
const ROLLED_BACK = /^(40001|40P01|55P03|57014|23505)$/;
/** Class 22: data. 23: integrity. 54: limits, as an index row that is too large. */
const ITEM_FAULT = /^(22|23|54)/;

/** No errors of the driver: values that no parameter can take, or a bug of ours. */
const MISTAKES: ReadonlySet<unknown> = new Set(['RangeError', 'SyntaxError', 'TypeError']);

/** By its name: errors of the platform may come from another realm. */
function isMistake(error: unknown): boolean {
  return MISTAKES.has((error as { readonly name?: unknown } | null | undefined)?.name);
}

/**
 * The connection is gone, or of no use: whatever the server did not report itself. What was under
 * way may have been committed or not.
 */
export function isLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return LOST.test(state) || UNAVAILABLE.test(state);
  return !(error instanceof TryAgain || isSagaError(error) || isMistake(error));
}

/** It waited for a lock for as long as it may: `lock_timeout`. */
export function isHeldUp(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/** Trying again may help, on another connection or on this one. */
export function isPassing(error: unknown): boolean {
  return error instanceof TryAgain || isLost(error) || ROLLED_BACK.test(sqlState(error) ?? '');
}

/** One of the rows cannot be stored; the others can. */
export function isItemFault(error: unknown): boolean {
  return ITEM_FAULT.test(sqlState(error) ?? '') || isMistake(error);
}

/** The first pause and the longest one, in ms. */
const PAUSES = { first: 20, longest: 1_000 } as const;

/**
 * Tries again, with growing pauses, until `patienceMs` have passed since the call: for work that
 * leads to the same when it is done twice. `onWait` is told why, once.
 */
export async function retryWhileUnavailable<T>(
  patienceMs: number,
  work: () => Promise<T>,
  onWait?: (error: unknown) => void,
): Promise<T> {
  const end = performance.now() + patienceMs;
  for (let pause: number = PAUSES.first; ; pause = Math.min(2 * pause, PAUSES.longest)) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() + pause > end) throw error;
      if (pause === PAUSES.first) onWait?.(error);
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}
