import type { LogLevel, SagaLogger } from '../ports/index.js';

interface Subject {
  readonly logger: SagaLogger;
  readonly sagaName: string;
  readonly sagaId: string;
}

/** A text for any thrown value, whatever its own `toString` does. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'a value that cannot be shown';
  }
}

/**
 * Logs what must not change a saga's course: a logger that throws has nobody left to tell, and harms
 * nothing.
 */
export function report(
  { logger, sagaName, sagaId }: Subject,
  level: LogLevel,
  message: string,
  error: unknown,
  fields: { readonly label?: string; readonly attempt?: number } = {},
): void {
  try {
    logger[level](message, { saga: sagaName, sagaId, ...fields, error: messageOf(error) });
  } catch {
    // See above.
  }
}
