/** How long a transaction waits for another one, in ms. */
const PATIENCE_MS = 10_000;

/** Transactions on one connection: each begins when the one before has ended. */
export class TakingTurns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** SQLite has one writer, and another one is at work. */
export class BusyError extends Error {
  readonly code = 'SQLITE_BUSY';
}

/**
 * Begins a transaction once nobody else writes.
 *
 * @param mayRepeat whether it is still the beginning that failed
 * @throws what `begin` does, when it is not because of another one, or for too long
 */
export async function onceFree<T>(
  begin: () => T | Promise<T>,
  mayRepeat = (): boolean => true,
): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (let pause = 1; ; pause = Math.min(2 * pause, 16)) {
    try {
      return await begin();
    } catch (error) {
      const isBusy = String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
      if (!isBusy || !mayRepeat() || performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
