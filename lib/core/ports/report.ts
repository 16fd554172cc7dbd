import type { LogFields, LogLevel, SagaLogger } from './logger.js';

/**
 * Nobody awaits what an observer returns: a promise of it that rejects is passed to `failed`, and must
 * not end the process. Never throws.
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
 * Logs what must not change the course of anything. That a logger throws, or rejects later, is ignored:
 * there is nobody left to tell.
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
