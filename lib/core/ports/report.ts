import type { LogFields, LogLevel, SagaLogger } from './logger.js';

/** A text for any thrown value, whatever its own `toString` does. */
export function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}

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
