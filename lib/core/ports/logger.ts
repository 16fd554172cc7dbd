export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** The part of a `winston.Logger` that sagas use; any winston logger fits. */
export interface SagaLogger {
  debug(message: string, fields?: LogFields): unknown;
  info(message: string, fields?: LogFields): unknown;
  warn(message: string, fields?: LogFields): unknown;
  error(message: string, fields?: LogFields): unknown;
  /** Without it every level counts as enabled. */
  isLevelEnabled?(level: string): boolean;
  /** `true` turns everything off. */
  silent?: boolean;
}

/**
 * Whether a level is enabled. Where the logger throws, it counts as enabled: writing the line is
 * guarded. Never throws.
 */
export function isEnabled(logger: SagaLogger, level: LogLevel): boolean {
  try {
    if (logger.silent === true) return false;
    return logger.isLevelEnabled === undefined || logger.isLevelEnabled(level);
  } catch {
    return true;
  }
}

/** Says nothing. */
export const silentLogger: SagaLogger = {
  silent: true,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
