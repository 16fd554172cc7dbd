import { types } from 'node:util';

/** `instanceof` for whatever was thrown: on a revoked proxy the operator itself would throw. */
export function isInstance<T>(
  value: unknown,
  type: abstract new (...args: never[]) => T,
): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/**
 * Also one of another realm, one that was made the old way (`util.inherits(CardError, Error)`), and a
 * `DOMException`. Never throws.
 */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || isInstance(value, Error);
}

/** How many parts of a list, and how many causes, a text shows. */
const MAX_PARTS = 3;
const MAX_CAUSES = 5;
export const MAX_TEXT = 2_000;

type Fields = Readonly<Record<string, unknown>>;

/** What an error gathers: those of an `AggregateError`, the messages of a Nest `HttpException`. */
function partsOf(error: Error): readonly unknown[] | undefined {
  const { errors, getResponse, getStatus } = error as unknown as Fields;
  if (Array.isArray(errors)) return errors as readonly unknown[];
  if (typeof getResponse !== 'function' || typeof getStatus !== 'function') return undefined;
  const response: unknown = getResponse.call(error);
  const message: unknown = (response as Fields | null | undefined)?.['message'];
  return Array.isArray(message) ? (message as readonly unknown[]) : undefined;
}

function listText(values: readonly unknown[], depth: number): string {
  const shown = depth === 0 ? [] : values.slice(0, MAX_PARTS);
  const texts = shown.map((value) => textOf(value, depth - 1)).filter((text) => text !== '');
  const more = values.length - shown.length;
  return texts.join('; ') + (texts.length > 0 && more > 0 ? ` and ${more} more` : '');
}

/** The message of a thrown value that is no error; never its other properties. */
function objectText(value: object): string {
  const { message, code, constraints } = value as Fields;
  const said = [message, code].filter((one) => typeof one === 'string' || typeof one === 'number');
  if (said.length > 0) return said.join(', code ');
  // A `ValidationError` of class-validator, which `validate()` gives in a list.
  const broken = typeof constraints === 'object' ? Object.values(constraints ?? {}) : [];
  return broken.filter((one) => typeof one === 'string').join(', ') || 'an object was thrown';
}

function textOf(value: unknown, depth = 2): string {
  if (Array.isArray(value)) return listText(value, depth) || 'a list was thrown';
  if (!isError(value)) {
    return typeof value === 'object' && value !== null ? objectText(value) : String(value);
  }
  const own = typeof value.message === 'string' ? value.message : '';
  const gathered = gatheredText(value, depth);
  return own === '' || gathered === '' ? own + gathered : `${own}: ${gathered}`;
}

/** Parts that cannot be read must not hide the error's own message. */
function gatheredText(error: Error, depth: number): string {
  try {
    const parts = partsOf(error);
    return parts === undefined ? '' : listText(parts, depth);
  } catch {
    return '';
  }
}

/** What a thrown value says itself, with what it gathers; may be empty. Never throws. */
export function ownTextOf(error: unknown, max = MAX_TEXT): string {
  try {
    return textOf(error).slice(0, max);
  } catch {
    return typeof error === 'object' ? 'an object was thrown' : 'a value that cannot be shown';
  }
}

function codeText(error: unknown): string {
  try {
    const { code } = error as { readonly code?: unknown };
    return typeof code === 'string' || typeof code === 'number' ? String(code) : '';
  } catch {
    return '';
  }
}

/** A text for any thrown value, whatever its own `message` or `toString` does. Never empty, never throws. */
export function messageOf(error: unknown): string {
  const own = ownTextOf(error);
  if (own !== '' || typeof error === 'string') return own || 'an empty text was thrown';
  try {
    const name: unknown = (error as Error).name;
    const named = [typeof name === 'string' ? name : '', codeText(error)].filter(Boolean);
    return named.join(' ') || 'an error without a message';
  } catch {
    return 'an error without a message';
  }
}

/** {@link messageOf} with the causes behind it: 'fetch failed; cause: connect ECONNREFUSED ::1:80'. */
export function fullMessageOf(error: unknown): string {
  let text = messageOf(error);
  const seen = new Set([error]);
  let cause = causeOf(error);
  for (let left = MAX_CAUSES; left > 0 && cause !== undefined && !seen.has(cause); left -= 1) {
    const said = messageOf(cause);
    const code = codeText(cause);
    if (!text.includes(said)) text += `; cause: ${said}`;
    if (!text.includes(code)) text += ` (${code})`;
    seen.add(cause);
    cause = causeOf(cause);
  }
  return text.slice(0, MAX_TEXT);
}

/** The `cause` of an error, if there is one and it can be read. Never throws. */
export function causeOf(error: unknown): unknown {
  try {
    return isError(error) ? error.cause : undefined;
  } catch {
    return undefined;
  }
}
