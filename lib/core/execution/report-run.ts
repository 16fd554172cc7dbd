import { fullMessageOf, report, type LogLevel, type SagaLogger } from '../ports/index.js';

/** Whom a line in the log is about. */
export interface Subject {
  readonly logger: SagaLogger;
  readonly sagaName: string;
  readonly sagaId: string;
}

/** Logs an error that does not change a saga's course. */
export function reportRun(
  { logger, sagaName, sagaId }: Subject,
  level: LogLevel,
  message: string,
  error: unknown,
  fields: { readonly label?: string; readonly attempt?: number } = {},
): void {
  report(logger, level, message, {
    saga: sagaName,
    sagaId,
    ...fields,
    error: fullMessageOf(error),
  });
}
