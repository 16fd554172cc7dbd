import { SagaSerializationError } from '../errors/index.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

/** Turns payloads into text and back. Give your own to encrypt them. */
export interface PayloadCodec {
  /** @throws SagaSerializationError for what cannot be read back exactly. */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/** Marks an object as a value that JSON has no form for. A user's own key of that name is escaped. */
const TAG = '$saga';
const MAX_DEPTH = 256;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function tagged(tag: string, value?: Json): Json {
  return value === undefined ? { [TAG]: tag } : { [TAG]: tag, value };
}

function encodeNumber(value: number): Json {
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return tagged('number', Object.is(value, -0) ? '-0' : String(value));
}

/** One walk over a value: what is being walked, for circles, and where, for errors. */
class Encoder {
  readonly #ancestors: object[] = [];
  readonly #path: (string | number)[] = [];

  encode(value: unknown): Json {
    switch (typeof value) {
      case 'string':
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
        return this.fail(`is a ${typeof value}, which cannot be stored`);
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
    throw new SagaSerializationError(`$${path.join('')}`.slice(0, 300), problem);
  }

  #at(key: string | number, value: unknown): Json {
    this.#path.push(key);
    const json = this.encode(value);
    this.#path.pop();
    return json;
  }

  #nested(value: object): Json {
    if (this.#ancestors.includes(value)) this.fail('refers back to an object that contains it');
    if (this.#ancestors.length >= MAX_DEPTH) this.fail(`is nested deeper than ${MAX_DEPTH} levels`);
    this.#ancestors.push(value);
    const json = this.#object(value);
    this.#ancestors.pop();
    return json;
  }

  #object(value: object): Json {
    if (Array.isArray(value)) return this.#array(value);
    const proto: unknown = Object.getPrototypeOf(value);
    // Plain in any realm: its prototype is the root of a chain.
    if (proto === null || Object.getPrototypeOf(proto) === null) return this.#record(value);
    switch (Object.prototype.toString.call(value)) {
      case '[object Date]':
        return tagged('date', encodeNumber((value as Date).getTime()));
      case '[object Map]':
        return tagged('map', this.#array([...(value as Map<unknown, unknown>)]));
      case '[object Set]':
        return tagged('set', this.#array([...(value as Set<unknown>)]));
      case '[object Uint8Array]':
        return tagged('bytes', Buffer.from(value as Uint8Array).toString('base64'));
      case '[object Error]':
        return tagged('error', storedError(value) as unknown as Json);
    }
    const { name } = value.constructor;
    return this.fail(
      `is an instance of ${name === '' ? 'a class' : name}, which would come back as another thing; ` +
        'store a plain object',
    );
  }

  #array(value: readonly unknown[]): Json {
    if (Object.keys(value).length !== value.length)
      this.fail('is an array with holes or properties');
    return value.map((item, index) => this.#at(index, item));
  }

  #record(value: object): Json {
    if (Object.getOwnPropertySymbols(value).length > 0) this.fail('has a symbol as a key');
    const json: Record<string, Json> = {};
    for (const key of Object.keys(value)) {
      if (FORBIDDEN.has(key)) this.fail(`has the key '${key}', which is refused`);
      json[key] = this.#at(key, (value as Record<string, unknown>)[key]);
    }
    return TAG in json ? tagged('object', json) : json;
  }
}

function decodeTagged(tag: unknown, value: unknown): unknown {
  switch (tag) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value);
    case 'bigint':
      return BigInt(value as string);
    case 'date':
      return new Date(decodeJson(value) as number);
    case 'map':
      return new Map(decodeJson(value) as [unknown, unknown][]);
    case 'set':
      return new Set(decodeJson(value) as unknown[]);
    case 'bytes':
      return new Uint8Array(Buffer.from(value as string, 'base64'));
    case 'error':
      return fromStoredError(value as StoredError);
    case 'object':
      return decodeRecord(value as Record<string, unknown>);
    default:
      throw new SagaSerializationError('$', `has the unknown tag '${String(tag)}'`);
  }
}

// What JSON.parse made is ours: it is filled in place, and own keys are never merged into anything.
function decodeRecord(json: Record<string, unknown>): unknown {
  for (const key of Object.keys(json)) {
    const value = json[key];
    if (typeof value === 'object' && value !== null) json[key] = decodeJson(value);
  }
  return json;
}

function decodeJson(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) {
    for (let i = 0; i < json.length; i++) json[i] = decodeJson(json[i]);
    return json;
  }
  if (!Object.hasOwn(json, TAG)) return decodeRecord(json as Record<string, unknown>);
  const { [TAG]: tag, value } = json as Record<string, unknown>;
  return decodeTagged(tag, value);
}

/**
 * JSON, plus tags for `undefined`, Date, BigInt, NaN, ±Infinity, -0, Map, Set, Uint8Array and Error.
 * Anything else (functions, symbols, class instances, circles, 256 levels) is refused with its path.
 */
export const jsonCodec: PayloadCodec = {
  encode(value) {
    const encoder = new Encoder();
    try {
      return JSON.stringify(encoder.encode(value));
    } catch (error) {
      if (error instanceof SagaSerializationError) throw error;
      return encoder.fail(
        `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  },
  decode: (text) => decodeJson(JSON.parse(text)),
};
