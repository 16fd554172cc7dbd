import { MAX_NAME_BYTES } from './limits.js';

/** In every supported Node, but not in the library that the types are compiled against. */
type Es2024String = string & { isWellFormed(): boolean };

/** Control characters, halves of surrogate pairs, and what some terminals take for a line break. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** The beginning of a text, for an error text or a line of a log: nothing in it can forge another. */
export function shownText(text: string, max = 60): string {
  return text.slice(0, max).replace(UNPRINTABLE, escaped);
}

/** A value for an error text: short, and never the inside of an object. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${shownText(value)}'`;
  return typeof value === 'object' && value !== null ? 'an object' : shownText(String(value));
}

/**
 * Whether every journal can keep it: Postgres has no NUL, and UTF-8 has no form for half of a
 * surrogate pair, so that it would come back as another text.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && (text as Es2024String).isWellFormed();
}

/** Why no journal should keep this text as it is; `undefined` when it can. */
export function textProblem(what: string, text: string): string | undefined {
  if (isStorable(text)) return undefined;
  return `${what} must hold no NUL and no half of a surrogate pair, which databases cannot keep (got ${shown(text)}); leave them out or escape them`;
}

/**
 * What nearly every name is: a UTF-16 unit is at most 3 bytes, so that it needs no count. Whether
 * it can be stored is not looked at, because bare chains, which keep nothing, ask for every run.
 */
export function isShortName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && name.length * 3 <= MAX_NAME_BYTES;
}

/** Why `name` cannot name a saga, a step or an instance; `undefined` when it can. */
export function nameProblem(what: string, name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '') {
    return `${what} must be a non-empty string (got ${shown(name)})`;
  }
  if (!isShortName(name) && Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return `${what} must have at most ${MAX_NAME_BYTES} bytes (got ${Buffer.byteLength(name)})`;
  }
  return textProblem(what, name);
}
