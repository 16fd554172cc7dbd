import { inspect } from 'node:util';
import { ConsoleLogger, Logger, type LoggerService, type LogLevel } from '@nestjs/common';
import { shownText } from '../../core/definition/index.js';
import type { LogFields, SagaLogger } from '../../core/index.js';

/** Steps are `verbose` in Nest: an application that logs everything else does not want a line per step. */
const NEST_LEVELS = { debug: 'verbose', info: 'log', warn: 'warn', error: 'error' } as const;

/** One line, whatever an id or an error holds: nothing in it can forge another. */
function textOf(message: string, fields: LogFields = {}): string {
  const shown = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return shownText([message, ...shown].join(' '), Infinity);
}

/** What is logged, for loggers that keep fields as fields (nest-winston, Nest's JSON); for all others it is its text. */
class LogLine {
  constructor(message: string, fields: LogFields = {}) {
    Object.assign(this, fields, { message });
  }

  toString(): string {
    const { message, ...fields } = this as unknown as { message: string } & LogFields;
    return textOf(message, fields);
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

/** With NestFactory, with its logger, or by `NEST_LOG_LEVEL`. */
function hasChosenLevels(logger: ConsoleLogger): boolean {
  if (chosen().logLevels !== undefined) return true;
  const own = consoleOptions(logger).logLevels;
  if (own === undefined) return false;
  // Where none was chosen, Nest 12 writes the list of all into the logger itself.
  const isAll = own.includes('fatal') && own.includes('verbose');
  return !isAll || Boolean(process.env['NEST_LOG_LEVEL']);
}

function isLevelEnabled(level: LogLevel): boolean {
  const { staticInstanceRef: logger, logLevels } = chosen();
  // `logger: false`: the lines would go nowhere, and making them costs more than the saga.
  if ('staticInstanceRef' in Logger && logger === undefined) return false;
  if (logger instanceof ConsoleLogger) {
    return hasChosenLevels(logger) ? logger.isLevelEnabled(level) : level !== 'verbose';
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
      if (isPino(instance)) logger[level]({ ...fields }, shownText(message, Infinity));
      else if (instance instanceof ConsoleLogger && !consoleOptions(instance).json)
        logger[level](textOf(message, fields));
      else logger[level](new LogLine(message, fields));
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
