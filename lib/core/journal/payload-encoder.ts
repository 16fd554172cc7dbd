import { types } from 'node:util';
import { shownText } from '../definition/index.js';
import { SagaSerializationError } from '../errors/index.js';
import { behaviourOf, chainOf, isObjectPrototype, isPlainDate } from './prototypes.js';
import { isError, timeOfDate } from '../ports/index.js';
import { storedError } from './stored-error.js';

/** Marks an object as a value that JSON has no form for. A user's own key of that name is escaped. */
export const TAG = '$saga';
const MAX_DEPTH = 256;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What is said of a payload that is too large. */
export function overLimit(maxBytes: number): string {
  return `bytes than limits.maxBytes, which is ${maxBytes}; store a reference instead`;
}

function tagged(tag: string, value?: Json): Json {
  return value === undefined ? { [TAG]: tag } : { [TAG]: tag, value };
}

function encodeNumber(value: number): Json {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return tagged('number', Object.is(value, -0) ? '-0' : String(value));
}

// The built-in methods, whatever else hangs on the prototype.
const entriesOf = (map: Map<unknown, unknown>) => Map.prototype.entries.call(map);
const valuesOf = (set: Set<unknown>) => Set.prototype.values.call(set);

const REMEDIES: Readonly<Record<string, string>> = {
  function: 'leave it out, or store what it gives',
  symbol: 'store its description',
};

/** One walk over a value at a time: what is being walked, for circles, and where, for errors. */
export class PayloadEncoder {
  readonly #ancestors: object[] = [];
  readonly #path: (string | number)[] = [];
  #maxBytes = 0;
  /** How many bytes are left, at most: what was walked takes at least as many as were counted. */
  #left = 0;

  begin(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#left = maxBytes;
  }

  /** Keeps nothing of the value; after a walk that succeeded there is nothing to clear. */
  end(): void {
    if (this.#ancestors.length > 0) this.#ancestors.length = 0;
    if (this.#path.length > 0) this.#path.length = 0;
  }

  encode(value: unknown): Json {
    this.#take(1);
    switch (typeof value) {
      case 'string':
        this.#take(value.length);
        return value;
      case 'boolean':
        return value;
      case 'number':
        return encodeNumber(value);
      case 'undefined':
        return tagged('undefined');
      case 'bigint':
        return tagged('bigint', String(value));
      case 'object':
        return value === null ? null : this.#nested(value);
      default:
        return this.fail(`is a ${typeof value}, which cannot be stored; ${REMEDIES[typeof value]}`);
    }
  }

  fail(problem: string): never {
    const path = this.#path.map((key) =>
      typeof key === 'number'
        ? `[${key}]`
        : /^[\w$]+$/.test(key)
          ? `.${key}`
          : `[${JSON.stringify(key)}]`,
    );
    throw new SagaSerializationError(`$${shownText(path.join(''), 299)}`, problem);
  }

  /** Counted during the walk: shared objects are met again and again, so that it might never end. */
  #take(bytes: number): void {
    this.#left -= bytes;
    if (this.#left >= 0) return;
    throw new SagaSerializationError('$', `takes more ${overLimit(this.#maxBytes)}`);
  }

  #at(key: string | number, value: unknown): Json {
    this.#path.push(key);
    const json = this.encode(value);
    this.#path.pop();
    return json;
  }

  #nested(value: object): Json {
    if (this.#ancestors.includes(value)) {
      this.fail('refers back to an object that contains it; store its id');
    }
    if (this.#ancestors.length >= MAX_DEPTH) {
      this.fail(`is nested deeper than ${MAX_DEPTH} levels; store a flat list`);
    }
    this.#ancestors.push(value);
    const json = this.#object(value);
    this.#ancestors.pop();
    return json;
  }

  #object(value: object): Json {
    const proto = Object.getPrototypeOf(value) as object | null;
    if (proto === null) return tagged('bare', this.#record(value));
    if (isObjectPrototype(proto))
      return Array.isArray(value) ? this.#array(value) : this.#record(value);
    if (Array.isArray(value) && isObjectPrototype(Object.getPrototypeOf(proto) as object | null)) {
      return this.#array(value);
    }
    return this.#instance(value);
  }

  /** Of a class, be it built in or not. Subclasses of what is built in would come back as their base. */
  #instance(value: object): Json {
    if (isError(value)) {
      const stored = storedError(value);
      this.#take(stored.message.length);
      return tagged('error', stored as unknown as Json);
    }
    const chain = chainOf(value);
    if (types.isUint8Array(value)) {
      this.#take(value.byteLength);
      const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      if (chain?.length === 3) return tagged('bytes', bytes.toString('base64'));
      if (Buffer.isBuffer(value) && chain?.length === 4) {
        return tagged('buffer', bytes.toString('base64'));
      }
    }
    if (chain !== undefined && isPlainDate(value, chain)) {
      return tagged('date', encodeNumber(timeOfDate(value) ?? NaN));
    }
    if (chain?.length === 2 && Reflect.ownKeys(value).length === 0) {
      if (types.isMap(value)) return tagged('map', this.#array([...entriesOf(value)]));
      if (types.isSet(value)) return tagged('set', this.#array([...valuesOf(value)]));
    }
    const behaviour = behaviourOf(chain);
    return behaviour === undefined ? this.#record(value) : this.#refuse(value, behaviour);
  }

  #refuse(value: object, behaviour: string): never {
    const { name } = (value.constructor ?? {}) as { readonly name?: unknown };
    const type = typeof name === 'string' && name !== '' ? shownText(name) : 'a class';
    return this.fail(
      `is an instance of ${type}, which has ${behaviour} and would come back without; ` +
        'store a plain object, such as { ...value }, or the text or number that makes it again',
    );
  }

  #array(value: readonly unknown[]): Json {
    for (let index = 0; index < value.length; index += 1) {
      if (!Object.hasOwn(value, index)) this.fail('is an array with holes; store null there');
    }
    // Every index and `length`: what is above that is a property that JSON would lose.
    if (Reflect.ownKeys(value).length !== value.length + 1) {
      this.fail('is an array with properties of its own; store an object that holds both');
    }
    return value.map((item, index) => this.#at(index, item));
  }

  #record(value: object): Json {
    if (Object.getOwnPropertySymbols(value).length > 0) {
      this.fail('has a symbol as a key; use a text');
    }
    const json: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      if (FORBIDDEN.has(key)) this.fail(`has the key '${key}', which is refused; rename it`);
      // Read with the key on the path already: a getter may throw.
      this.#path.push(key);
      this.#take(key.length);
      json[key] = this.encode((value as Record<string, unknown>)[key]);
      this.#path.pop();
    }
    return TAG in json ? tagged('object', json) : json;
  }
}
