import { SagaSerializationError } from '../errors/index.js';
import { PayloadEncoder, TAG } from './payload-encoder.js';
import type { SagaRef } from './saga-ref.js';
import { fromStoredError, storedError, type StoredError } from './stored-error.js';

/** Turns payloads into text and back. Give your own to encrypt them. */
export interface PayloadCodec {
  /**
   * Text without NUL and halves of surrogate pairs, which databases cannot keep: base64, say.
   *
   * @throws SagaSerializationError for what cannot be read back exactly.
   */
  encode(value: unknown): string;
  decode(text: string): unknown;
  /**
   * The codec of one saga's payloads, so that they can be bound to it: what this one encodes is decoded by
   * what this makes of the same saga, in whatever process. @default this codec, for all sagas
   */
  forSaga?(saga: Required<SagaRef>): PayloadCodec;
  /**
   * `true`: the messages of errors are encoded, too. Their names and codes stay as they are, for lists and
   * for whoever compares them. A message that cannot be decoded later is shown as `(encoded)`; it never
   * makes a saga unreadable. @default false
   */
  readonly encodesErrors?: boolean;
}

/** The codec for the payloads of that saga. */
export function codecOf(
  codec: PayloadCodec,
  { application = '', name, id }: SagaRef,
): PayloadCodec {
  return codec.forSaga === undefined ? codec : codec.forSaga({ application, name, id });
}

/** The standard codec, to build others on. */
export interface JsonCodec extends PayloadCodec {
  /**
   * @param maxBytes Where it stops: an object that is shared is written out wherever it is met, so that
   *   a small value can have a huge text. @default 16 MiB
   */
  encode(value: unknown, maxBytes?: number): string;
}

/** Above every limit of payloads, which is checked on the text in the end. */
const MAX_BYTES = 16 * 1_048_576;

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
    case 'buffer':
      return Buffer.from(value as string, 'base64');
    case 'bare':
      return Object.setPrototypeOf(decodeJson(value), null);
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

/** Encoders that are free to be used again; a getter of a value may encode another value meanwhile. */
const encoders: PayloadEncoder[] = [];

/**
 * JSON, plus tags for `undefined`, Date, BigInt, NaN, ±Infinity, -0, Map, Set, Uint8Array, Buffer,
 * null-prototype objects and Error (name, message, code, causes: never its other properties).
 * Dates of other realms and of fake timers are dates. An instance of a class with nothing but fields
 * (a validated DTO, at any depth) is plain data, and comes back as a plain object. Anything else
 * (functions, symbols, circles, 256 levels, classes with a method, accessor, symbol or `#private`
 * field) is refused with its path: it would come back without. What TypeScript compiles `#private`
 * down to before ES2022 cannot be seen, and is lost.
 *
 * As in JSON, properties that are not enumerable are left out, and so are those of byte arrays.
 */
export const jsonCodec: JsonCodec = {
  encode(value, maxBytes = MAX_BYTES) {
    const encoder = encoders.pop() ?? new PayloadEncoder();
    encoder.begin(maxBytes);
    try {
      return JSON.stringify(encoder.encode(value));
    } catch (error) {
      if (error instanceof SagaSerializationError) throw error;
      return encoder.fail(`cannot be read: ${storedError(error).message}`);
    } finally {
      encoder.end();
      encoders.push(encoder);
    }
  },
  decode: (text) => decodeJson(JSON.parse(text)),
};
