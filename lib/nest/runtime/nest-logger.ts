import { inspect } from 'node:util';
import { ConsoleLogger, Logger, type LoggerService, type LogLevel } from '@nestjs/common';
import { shownText } from '../../core/definition/index.js';
import type { LogFields, SagaLogger } from '../../core/index.js';

/** Steps are `verbose` in Nest: an application that logs everything else does not want a line per step. */
const NEST_LEVELS = { debug: 'verbose', info: 'log', warn: 'warn', error: 'error' } as const;

/**
 * What is logged, for loggers that keep fields as fields (nest-winston, Nest's JSON). For all others it is its
 * text: one line, whatever an id or an error holds, so that nothing in it can forge another.
 */
class LogLine {
  constructor(message: string, fields: LogFields = {}) {
    Object.assign(this, fields, { message });
  }

  toString(): string {
    const { message, ...fields } = this as unknown as { message: string } & LogFields;
    const shown = Object.entries(fields).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
    return shownText([message, ...shown].join(' '), Infinity);
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** What Nest keeps of loggers and levels; its types have none of it. */
interface Chosen {
  readonly staticInstanceRef?: LoggerService;
  readonly logLevels?: readonly LogLevel[];
}
const chosen = (): Chosen => Logger as unknown as Chosen;

/** Its `options` are protected. */
function consoleOptions(logger: ConsoleLogger): { json?: boolean; logLevels?: LogLevel[] } {
  return (logger as unknown as { options?: object }).options ?? {};
}

/** The Logger of nestjs-pino takes the fields first. */
function isPino(logger: LoggerService | undefined): boolean {
  return logger?.constructor.name === 'Logger' && 'contextName' in logger;
}

/** The levels that the application has chosen, with NestFactory, with its logger or by `NEST_LOG_LEVEL`. */
function levelsOf(logger: ConsoleLogger): readonly LogLevel[] | undefined {
  const { logLevels } = chosen();
  if (logLevels !== undefined) return logLevels;
  const own = consoleOptions(logger).logLevels;
  if (process.env['NEST_LOG_LEVEL']) return own;
  // Where none was chosen, Nest 12 writes the list of all into the logger itself.
  return own?.includes('fatal') && own.includes('verbose') ? undefined : own;
}

function isLevelEnabled(level: LogLevel): boolean {
  const { staticInstanceRef: logger, logLevels } = chosen();
  // `logger: false`: the lines would go nowhere, and making them costs more than the saga.
  if ('staticInstanceRef' in Logger && logger === undefined) return false;
  if (logger instanceof ConsoleLogger) {
    const isChosen = levelsOf(logger) !== undefined;
    return isChosen ? logger.isLevelEnabled(level) : level !== 'verbose';
  }
  return logLevels === undefined || Logger.isLevelEnabled(level);
}

/**
 * Nest's own logger as a saga logger. Fields stay fields in nest-winston, nestjs-pino and Nest's JSON; in text they
 * stand behind the message. Steps are `verbose`, and shown where the application has chosen that level.
 */
export function nestLogger(context = 'Saga'): SagaLogger {
  const logger = new Logger(context);
  const at =
    (level: 'verbose' | 'log' | 'warn' | 'error') =>
    (message: string, fields?: LogFields): void => {
      const { staticInstanceRef: instance } = chosen();
      const line = new LogLine(message, fields);
      if (isPino(instance)) logger[level]({ ...fields }, shownText(message, Infinity));
      else if (instance instanceof ConsoleLogger && !consoleOptions(instance).json)
        logger[level](line.toString());
      else logger[level](line);
    };
  return {
    debug: at(NEST_LEVELS.debug),
    info: at(NEST_LEVELS.info),
    warn: at(NEST_LEVELS.warn),
    error: at(NEST_LEVELS.error),
    isLevelEnabled: (level) =>
      isLevelEnabled((NEST_LEVELS as Record<string, LogLevel>)[level] ?? (level as LogLevel)),
  };
}
