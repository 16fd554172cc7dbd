import type { LogFields, LogLevel, SagaLogger } from './logger.js';

/**
 * Logs what must not change the course of anything: a logger that throws has nobody left to tell,
 * and does no harm.
 */
export function report(
  logger: SagaLogger,
  level: LogLevel,
  message: string,
  fields: LogFields,
): void {
  try {
    logger[level](message, fields);
  } catch {
    // See above.
  }
}
