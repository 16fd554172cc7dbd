import { Logger, type LogLevel } from '@nestjs/common';
import type { LogFields, SagaLogger } from '../../core/index.js';

const NEST_LEVELS: Readonly<Record<string, LogLevel>> = { info: 'log' };

function line(message: string, fields: LogFields = {}): string {
  const shown = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [message, ...shown].join(' ');
}

/** Nest's own logger as a saga logger: the fields stand behind the message. */
export function nestLogger(context = 'Saga'): SagaLogger {
  const logger = new Logger(context);
  return {
    debug: (message, fields) => logger.debug(line(message, fields)),
    info: (message, fields) => logger.log(line(message, fields)),
    warn: (message, fields) => logger.warn(line(message, fields)),
    error: (message, fields) => logger.error(line(message, fields)),
    isLevelEnabled: (level) => Logger.isLevelEnabled(NEST_LEVELS[level] ?? (level as LogLevel)),
  };
}
