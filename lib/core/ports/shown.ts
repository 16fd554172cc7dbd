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

/** A name, a label, an id or a reason, never cut: a reader must be able to search for it. */
export function shownWhole(text: string): string {
  return shownText(text, 255);
}

/** As {@link shownWhole}, in quotes: for what may hold spaces. */
export function quoted(text: string): string {
  return `'${shownWhole(text)}'`;
}

/** A saga for a text: PlaceOrder 'o-1'. */
export function shownSaga(name: string, id: string): string {
  return `${shownWhole(name)} ${quoted(id)}`;
}
