import { isEnabled, type LogFields, type LogLevel, type SagaLogger } from './logger.js';
import { maskedNames } from './masked-names.js';
import { report, whenRejected } from './report.js';
import { fullMessageOf, isError, MAX_TEXT } from './thrown.js';

/** Takes what must stay secret out of a text. */
export type Redact = (text: string) => string;

/**
 * What must stay secret: the names of properties (`'password'`) or dotted paths (`'user.password'`), as
 * Nest's `ConsoleLogger` takes them, or a function of a text.
 */
export type RedactOption =
  readonly string[] | { readonly paths: readonly string[]; readonly censor?: string } | Redact;

/** What Nest's `ConsoleLogger` writes. */
const CENSOR = '[REDACTED]';
/** Stands in place of a text that could not be redacted. */
const HIDDEN = '[redact failed]';
/** Log lines are less deep; a circular value has no end. */
const MAX_DEPTH = 5;
/** Where a text was cut, half a secret may be left: so many characters go with it. */
const MAX_HALF = 256;
/** Fields by which a line is found, which stay as they are. */
const IDENTITY: ReadonlySet<unknown> = new Set(['saga', 'sagaId', 'label']);

/** Never throws. That the function fails is logged once, without the text and its own error. */
function guarded(redact: Redact, logger: SagaLogger): Redact {
  let isTold = false;
  return (text) => {
    try {
      const answer: unknown = redact(text);
      if (typeof answer === 'string') return answer;
      whenRejected(answer, () => undefined);
    } catch {
      // The error's own message may contain the text.
    }
    if (!isTold) {
      isTold = true;
      const what = `redact threw, or answered no text: what it was given is replaced by '${HIDDEN}'`;
      report(logger, 'error', what);
    }
    return HIDDEN;
  };
}

interface Redactor {
  readonly text: Redact;
  /** Stands in place of the value behind such keys, whatever it is. */
  readonly valueAt: (keys: readonly string[]) => string | undefined;
}

function redactorOf(option: RedactOption, logger: SagaLogger): Redactor {
  if (typeof option === 'function') {
    return { text: guarded(option, logger), valueAt: () => undefined };
  }
  const { paths, censor = CENSOR } = 'paths' in option ? option : { paths: option };
  const wanted = paths.map(
    (path) =>
      `.${path
        .toLowerCase()
        .replace(/\s*\.\s*/g, '.')
        .trim()}`,
  );
  const valueAt = (keys: readonly string[]): string | undefined => {
    const path = `.${keys.join('.').toLowerCase()}`;
    return wanted.some((one) => path.endsWith(one)) ? censor : undefined;
  };
  const names = wanted.map((path) => path.slice(path.lastIndexOf('.') + 1));
  return { text: maskedNames(names, censor), valueAt };
}

/** A literal, or an instance of a class that has nothing but fields, as a validated DTO is. */
function isData(value: object): boolean {
  let link = Object.getPrototypeOf(value) as object | null;
  while (link !== null) {
    const next = Object.getPrototypeOf(link) as object | null;
    // The last one is `Object.prototype`, of whatever realm.
    if (next !== null && Reflect.ownKeys(link).some((key) => key !== 'constructor')) return false;
    link = next;
  }
  return true;
}

function redactedText(text: string, by: Redactor): string {
  return text.length < MAX_TEXT ? by.text(text) : by.text(text).slice(0, -MAX_HALF);
}

function redacted(value: unknown, by: Redactor, keys: readonly string[] = []): unknown {
  if (typeof value === 'string') return redactedText(value, by);
  if (typeof value !== 'object' || value === null) return value;
  if (keys.length > MAX_DEPTH) return HIDDEN;
  if (isError(value)) return redactedText(fullMessageOf(value), by);
  if (Array.isArray(value)) return value.map((one) => redacted(one, by, keys));
  const at = ([key, one]: readonly [unknown, unknown]): [unknown, unknown] => {
    if (IDENTITY.has(key)) return [key, one];
    const path = [...keys, typeof key === 'string' ? key : ''];
    return [key, by.valueAt(path) ?? redacted(one, by, path)];
  };
  if (value instanceof Map) return new Map([...(value as ReadonlyMap<unknown, unknown>)].map(at));
  return isData(value) ? Object.fromEntries(Object.entries(value).map(at)) : value;
}

/** Steps may log any value; logging must not make a step fail. */
function redactedFields(fields: LogFields, by: Redactor): LogFields {
  try {
    return redacted(fields, by) as LogFields;
  } catch {
    return { fields: HIDDEN };
  }
}

/** What is logged, redacted. Its methods may be taken out, as those of a winston logger. */
class RedactedLogger implements SagaLogger {
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  constructor(
    private readonly own: SagaLogger,
    private readonly by: Redactor,
  ) {}

  get redact(): Redact {
    return this.by.text;
  }

  isLevelEnabled(level: LogLevel): boolean {
    return isEnabled(this.own, level);
  }

  #at(level: LogLevel) {
    return (message: string, fields?: LogFields): unknown => {
      const text = this.by.text(message);
      if (fields === undefined) return this.own[level](text);
      return this.own[level](text, redactedFields(fields, this.by));
    };
  }
}

/**
 * The logger and the function that redacts, of an application with the option; what went through here
 * before stays as it is. Without the option the logger is the same.
 */
export function redacting(given: {
  readonly logger: SagaLogger;
  readonly redact?: RedactOption | undefined;
}): { readonly logger: SagaLogger; readonly redact: Redact | undefined } {
  const { logger: own, redact } = given;
  if (redact === undefined) return { logger: own, redact };
  const logger =
    own instanceof RedactedLogger ? own : new RedactedLogger(own, redactorOf(redact, own));
  return { logger, redact: logger.redact };
}
