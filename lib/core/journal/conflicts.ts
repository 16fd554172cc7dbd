import { errorWithin } from '../errors/index.js';

/** Rolled back by a conflict or a deadlock (SQLSTATE), and what Prisma says of either. */
const CONFLICTS: ReadonlySet<unknown> = new Set(['40001', '40P01', 'P2034']);
/** SQLite's BUSY and LOCKED: as a name, and as node:sqlite's number. */
const BUSY_NAME = /^SQLITE_(BUSY|LOCKED)/;
const BUSY_NUMBERS: ReadonlySet<number> = new Set([5, 6]);

/** How often a transaction is run again, and the pauses before it, in ms. */
export const MOST_REPEATS = 10;
const PAUSE = { shortest: 5, longest: 500 } as const;

/** Where Prisma puts the server's code of a raw query: through an engine of its own, and through a driver of Node. */
interface PrismaMeta {
  readonly code?: unknown;
  readonly driverAdapterError?: { readonly cause?: { readonly originalCode?: unknown } };
}

function saysConflict(error: object): boolean {
  const { code: own, meta, errcode } = error as Readonly<Record<string, unknown>>;
  const { code: engines, driverAdapterError } = (meta ?? {}) as PrismaMeta;
  const code = driverAdapterError?.cause?.originalCode ?? engines ?? own;
  if (CONFLICTS.has(code) || CONFLICTS.has(own)) return true;
  if (typeof errcode === 'number') return BUSY_NUMBERS.has(errcode & 0xff);
  return typeof code === 'string' && BUSY_NAME.test(code);
}

/**
 * Whether a transaction was rolled back because of another one, so that it may succeed when it is run again;
 * also as the cause of an ORM's error. Never throws, whatever it is asked of.
 */
export function isConflict(error: unknown): boolean {
  return errorWithin(error, saysConflict) !== undefined;
}

/** Before a transaction is repeated for the n-th time, in ms. `random` is in [0, 1). */
export function pauseAfterConflict(repeat: number, random: number): number {
  const most = Math.min(PAUSE.longest, PAUSE.shortest * 2 ** repeat);
  return PAUSE.shortest + random * (most - PAUSE.shortest);
}

/**
 * Runs a transaction again that met a conflict: at most 10 times, 5 to 500 ms apart, at random.
 *
 * @throws what the last run threw.
 */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let repeat = 1; ; repeat += 1) {
    try {
      return await run();
    } catch (error) {
      if (repeat > MOST_REPEATS || !isConflict(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseAfterConflict(repeat, Math.random())));
  }
}
