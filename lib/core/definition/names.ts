import { shown, shownText } from '../ports/index.js';
import { MAX_NAME_BYTES } from './limits.js';

export { quoted, shown, shownSaga, shownText } from '../ports/index.js';

/** What was given as the name of a saga, whatever it is, for an error that names it. */
export function shownName(name: unknown): string {
  return typeof name === 'string' ? shownText(name, 80) : shown(name);
}

/** In every supported Node, but not in the library that the types are compiled against. */
type Es2024String = string & { isWellFormed(): boolean };

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
