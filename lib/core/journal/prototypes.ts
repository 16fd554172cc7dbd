import { types } from 'node:util';
import { shownText } from '../definition/index.js';

/** More than any class has; a proxy can return prototypes without end. */
const MAX_CHAIN = 256;

/**
 * The prototypes of a value, the nearest first; `undefined` where there is no end of them. Looked at
 * instead of compared, because every realm has its own built-ins.
 */
export function chainOf(value: object): readonly object[] | undefined {
  const chain: object[] = [];
  let proto = Object.getPrototypeOf(value) as object | null;
  for (; proto !== null; proto = Object.getPrototypeOf(proto) as object | null) {
    if (chain.length === MAX_CHAIN) return undefined;
    chain.push(proto);
  }
  return chain;
}

/** In any realm, and not the root of a class that `extends null`. */
export function isObjectPrototype(proto: object | null | undefined): boolean {
  if (proto === undefined || proto === null || !Object.hasOwn(proto, 'isPrototypeOf')) return false;
  return Object.getPrototypeOf(proto) === null;
}

function isFake(prototype: object): boolean {
  const { constructor } = prototype as { readonly constructor?: { readonly isFake?: unknown } };
  return constructor?.isFake === true;
}

/**
 * Whether it is a date and nothing more. Fake timers (@sinonjs, Jest, Vitest) make theirs by a
 * subclass without methods, which denies that it is one.
 */
export function isPlainDate(value: object, chain: readonly object[]): boolean {
  if (!types.isDate(value)) return false;
  const own = Reflect.ownKeys(value);
  const claims = own.length === 1 && own[0] === 'constructor' ? value.constructor.name : undefined;
  if (own.length > 0 && claims !== 'Date') return false;
  // Above the subclasses stand `Date.prototype` and `Object.prototype`.
  const between = chain.slice(0, -2);
  return between.every(
    (link) => memberOf(link) === undefined && (claims === 'Date' || isFake(link)),
  );
}

/** What stands on a prototype beside the `constructor` that each of them has, for an error text. */
function memberOf(prototype: object): string | undefined {
  const key = Reflect.ownKeys(prototype).find((name) => name !== 'constructor');
  if (key === undefined) return undefined;
  if (typeof key === 'symbol') return shownText(String(key));
  const property = Object.getOwnPropertyDescriptor(prototype, key);
  const isAccessor = property?.get !== undefined || property?.set !== undefined;
  const isMethod = typeof property?.value === 'function';
  const kind = isMethod ? 'the method' : isAccessor ? 'the accessor' : 'the inherited value';
  return `${kind} '${shownText(key)}'`;
}

/** By prototype: the text of a class does not change. */
const privates = new WeakMap<object, boolean>();
const QUOTED = /\/\*[^]*?\*\/|\/\/.*|(["'`])(?:\\[^]|(?!\1)[^\\])*\1/g;

/**
 * Whether the class has `#private` names: reflection does not see them, and what they keep would be
 * lost without a word. Of a class that was compiled down to `WeakMap`s nobody can tell.
 */
function hasPrivates(prototype: object): boolean {
  let has = privates.get(prototype);
  if (has === undefined) {
    const type: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    const text = typeof type === 'function' ? Function.prototype.toString.call(type) : '';
    has = /#[\p{ID_Start}$_]/u.test(text.replace(QUOTED, ''));
    privates.set(prototype, has);
  }
  return has;
}

/**
 * What an instance has of its class that no plain object would have; `undefined` when the class is
 * nothing but a list of fields, as validated DTOs are, so that a plain object says the same.
 */
export function behaviourOf(chain: readonly object[] | undefined): string | undefined {
  if (chain === undefined || !isObjectPrototype(chain.at(-1))) return 'prototypes of its own';
  for (const prototype of chain.slice(0, -1)) {
    const member = memberOf(prototype);
    if (member !== undefined) return member;
    if (hasPrivates(prototype)) return '#private fields';
  }
  return undefined;
}
