import { format, transports, type LoggerOptions } from 'winston';

type Fields = Readonly<Record<string, unknown>>;

function shown(value: unknown): string {
  if (typeof value === 'string') return /\s/.test(value) ? JSON.stringify(value) : value;
  return JSON.stringify(value);
}

/** `10:15:03.120 INFO  Saga CreateOrder completed sagaId=… durationMs=48.2` */
function line({ timestamp, level, message, context, stack, ...fields }: Fields): string {
  const from = typeof context === 'string' ? `[${context}] ` : '';
  const details = Object.entries(fields)
    .filter(([, value]) => value !== undefined && !(value instanceof Error))
    .map(([name, value]) => ` ${name}=${shown(value)}`);
  const trace = [stack].flat().filter((part) => typeof part === 'string');
  const head = `${String(timestamp)} ${String(level).toUpperCase().padEnd(5)}`;
  return [`${head} ${from}${String(message)}${details.join('')}`, ...trace].join('\n');
}

/**
 * One line per entry: readable while developing, JSON in production. `LOG_LEVEL` sets the level,
 * `info` unless told; `debug` shows every step of every saga.
 */
export function winstonOptions(env: NodeJS.ProcessEnv = process.env): LoggerOptions {
  const readable = format.combine(
    format.timestamp({ format: 'HH:mm:ss.SSS' }),
    format.printf((entry) => line(entry)),
  );
  return {
    level: env['LOG_LEVEL'] || 'info',
    format:
      env['NODE_ENV'] === 'production'
        ? format.combine(format.timestamp(), format.json())
        : readable,
    transports: [new transports.Console()],
  };
}
