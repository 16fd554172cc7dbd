import { Logger, type LogLevel } from '@nestjs/common';
import { shownText } from '../../core/definition/index.js';
import type { LogFields, SagaLogger } from '../../core/index.js';

const NEST_LEVELS: Readonly<Record<string, LogLevel>> = { info: 'log' };

/** One line, whatever an id or an error holds: nothing in it can forge another. */
function line(message: string, fields: LogFields = {}): string {
  const shown = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return shownText([message, ...shown].join(' '), Infinity);
}

/** Where Nest keeps `logger` and `logLevels`; its types have neither. */
interface Chosen {
  readonly staticInstanceRef?: unknown;
  readonly logLevels?: readonly LogLevel[];
}

/** Nest 11 calls every level disabled as long as no levels were chosen, which means all of them. */
function isLevelEnabled(level: LogLevel): boolean {
  const chosen = Logger as unknown as Chosen;
  // `logger: false`: the lines would go nowhere, and making them costs more than the saga.
  if ('staticInstanceRef' in chosen && chosen.staticInstanceRef === undefined) return false;
  return chosen.logLevels === undefined || Logger.isLevelEnabled(level);
}

/** Nest's own logger as a saga logger: the fields stand behind the message. */
export function nestLogger(context = 'Saga'): SagaLogger {
  const logger = new Logger(context);
  return {
    debug: (message, fields) => logger.debug(line(message, fields)),
    info: (message, fields) => logger.log(line(message, fields)),
    warn: (message, fields) => logger.warn(line(message, fields)),
    error: (message, fields) => logger.error(line(message, fields)),
    isLevelEnabled: (level) => isLevelEnabled(NEST_LEVELS[level] ?? (level as LogLevel)),
  };
}
