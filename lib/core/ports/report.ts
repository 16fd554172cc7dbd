import type { LogFields, LogLevel, SagaLogger } from './logger.js';

/**
 * What an observer gives back is nobody's to await: a promise of it that rejects is told to `failed`,
 * and ends no process. Never throws.
 */
export function whenRejected(returned: unknown, failed: (error: unknown) => void): void {
  try {
    if (typeof returned !== 'object' || returned === null || !('then' in returned)) return;
    Promise.resolve(returned).catch(failed);
  } catch {
    // A `then` that throws when it is looked at is no promise.
  }
}

/**
 * Logs what must not change the course of anything: a logger that throws, or rejects later, has nobody
 * left to tell, and does no harm.
 */
export function report(
  logger: SagaLogger,
  level: LogLevel,
  message: string,
  fields: LogFields = {},
): void {
  try {
    whenRejected(logger[level](message, fields), () => undefined);
  } catch {
    // See above.
  }
}
