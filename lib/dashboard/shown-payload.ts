import type { Shown } from './ui/wire.js';

/** Names of properties whose values nobody is shown, whatever the options say. */
const SECRETS =
  /^(pass(word|wd)?|secret|token|api[-_]?key|authorization|cookie|card(number)?|cvv|cvc|iban|ssn|pin)$/i;

/** So much of one payload is shown: a browser is no place for two megabytes. */
const MAX_VALUES = 5_000;
const MAX_DEPTH = 40;
const MAX_TEXT = 4_000;

const MASKED: Shown = { $: 'masked' };

const said = (kind: string, text: string): Shown => ({ $: kind, text });

/** The names that mask: standard ones, one's own at any depth, and one's own dotted paths. */
class Masks {
  readonly #names = new Set<string>();
  readonly #paths: readonly (readonly string[])[];

  constructor(own: readonly string[]) {
    for (const name of own) if (!name.includes('.')) this.#names.add(name.toLowerCase());
    this.#paths = own
      .filter((name) => name.includes('.'))
      .map((path) => path.toLowerCase().split('.'));
  }

  /** `path` ends with the name in question; a dotted path may begin at any depth. */
  hide(path: readonly string[]): boolean {
    const name = path.at(-1) ?? '';
    if (SECRETS.test(name) || this.#names.has(name.toLowerCase())) return true;
    return this.#paths.some((hidden) => {
      const end = path.slice(-hidden.length).map((one) => one.toLowerCase());
      return end.length === hidden.length && hidden.every((one, i) => one === end[i]);
    });
  }
}

class Shower {
  #left = MAX_VALUES;

  constructor(private readonly masks: Masks | undefined) {}

  show(value: unknown, path: readonly string[], depth = 0): Shown {
    if (this.masks !== undefined && path.length > 0 && this.masks.hide(path)) return MASKED;
    if (--this.#left < 0 || depth > MAX_DEPTH) return said('left out', '… left out');
    if (typeof value === 'string')
      return value.length > MAX_TEXT
        ? `${value.slice(0, MAX_TEXT)}… (${value.length} characters)`
        : value;
    if (typeof value === 'number')
      return Number.isFinite(value) ? value : said('number', `${value}`);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value === 'bigint') return said('bigint', `${value}n`);
    if (typeof value !== 'object') return said(typeof value, typeof value);
    return this.#object(value, path, depth + 1);
  }

  #object(value: object, path: readonly string[], depth: number): Shown {
    const each = (one: unknown): Shown => this.show(one, path, depth);
    if (Array.isArray(value)) return this.#some(value, (one) => each(one));
    if (value instanceof Date)
      return said('Date', Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString());
    if (value instanceof Map) {
      const entries = this.#some([...value], ([key, one]: [unknown, unknown]) => {
        const name = typeof key === 'string' ? [...path, key] : path;
        return [each(key), this.show(one, name, depth)];
      });
      return { $: 'Map', entries };
    }
    if (value instanceof Set) return { $: 'Set', values: this.#some([...value], each) };
    if (ArrayBuffer.isView(value))
      return said(value.constructor.name, `${value.constructor.name} of ${value.byteLength} bytes`);
    if (value instanceof Error) return said('Error', `${value.name}: ${value.message}`);
    return this.#plain(value, path, depth);
  }

  #plain(value: object, path: readonly string[], depth: number): Shown {
    const shown = Object.create(null) as Record<string, Shown>;
    for (const [name, one] of Object.entries(value)) {
      if (this.#left <= 0) {
        shown['…'] = said('left out', 'more was left out');
        break;
      }
      // The one name that stands for a kind here.
      shown[name === '$' ? '$ ' : name] = this.show(one, [...path, name], depth);
    }
    return shown;
  }

  #some<T>(values: readonly T[], show: (value: T) => Shown): readonly Shown[] {
    const shown: Shown[] = [];
    for (const value of values) {
      if (this.#left <= 0)
        return [...shown, said('left out', `${values.length - shown.length} more`)];
      shown.push(show(value));
    }
    return shown;
  }
}

/** A decoded payload for the eyes of people: a tree of JSON, without secrets, and of bounded size. */
export function shownPayload(value: unknown, redact: readonly string[] | undefined): Shown {
  const masks = redact === undefined ? undefined : new Masks(redact);
  return new Shower(masks).show(value, []);
}
