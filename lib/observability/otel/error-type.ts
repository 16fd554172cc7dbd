const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const CLASS = /^[A-Za-z_$][\w$]{0,63}$/;
const MOST = 100;
const OTHER = '_OTHER';

/**
 * What kind of error it is: its code, else its class. Bounded, as whatever stands on a metric must be: after
 * 100 kinds the others are one. Never its text.
 */
export class ErrorTypes {
  readonly #known = new Set<string>();

  of(error: unknown): string {
    const type = typeOf(error);
    if (this.#known.has(type)) return type;
    if (this.#known.size >= MOST) return OTHER;
    this.#known.add(type);
    return type;
  }
}

function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return OTHER;
  try {
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    if (typeof code === 'string' && CODE.test(code)) return code;
    return typeof name === 'string' && CLASS.test(name) ? name : OTHER;
  } catch {
    // A getter or a proxy may throw.
    return OTHER;
  }
}
