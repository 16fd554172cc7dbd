import type { LogFields, LogLevel, SagaLogger } from './logger.js';

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
    const said: unknown = logger[level](message, fields);
    if (typeof said === 'object' && said !== null && 'then' in said) {
      Promise.resolve(said).catch(() => undefined);
    }
  } catch {
    // See above.
  }
}
