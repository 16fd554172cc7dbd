import { isStorable, withoutUndefined, type Ranges } from '../definition/index.js';
import { isSagaError, SagaSerializationError } from '../errors/index.js';
import { report, type LogFields, type SagaLogger } from '../ports/index.js';
import { codecOf, jsonCodec, type PayloadCodec } from './codec.js';
import { overLimit } from './payload-encoder.js';
import type { SagaRef } from './saga-ref.js';
import { storedError } from './stored-error.js';

export interface PayloadLimits {
  /** Size of one payload in bytes above which a warning is logged. @default 262_144 */
  readonly warnBytes: number;
  /** Size of one payload in bytes above which it is refused. @default 2_097_152 */
  readonly maxBytes: number;
}

const PAYLOAD_LIMITS: PayloadLimits = { warnBytes: 262_144, maxBytes: 2_097_152 };

const AT_LEAST_ONE = [1, Number.MAX_SAFE_INTEGER] as const;
export const LIMIT_RANGES: Ranges<keyof PayloadLimits> = {
  warnBytes: AT_LEAST_ONE,
  maxBytes: AT_LEAST_ONE,
};

/** Applies the defaults, also for `undefined`. Engines check them first, by `settingsProblems`. */
export function payloadLimits(given: Partial<PayloadLimits> = {}): PayloadLimits {
  return { ...PAYLOAD_LIMITS, ...withoutUndefined(given) };
}

/** A user's codec may throw anything, return no text, or return text that no database can keep. */
function encoded(codec: PayloadCodec, value: unknown, maxBytes: number): string {
  let text: unknown;
  try {
    // Others may be functions that mean something else by a second argument, as JSON.stringify does.
    text = codec === jsonCodec ? jsonCodec.encode(value, maxBytes) : codec.encode(value);
  } catch (error) {
    if (isSagaError(error)) throw error;
    throw new SagaSerializationError(
      '$',
      `was refused by the codec: ${storedError(error).message}`,
    );
  }
  if (typeof text !== 'string') {
    throw new SagaSerializationError(
      '$',
      `was encoded as ${typeof text}; a codec must give a string`,
    );
  }
  // Our codec escapes both. If the journal refused it later, the effect would count as failed.
  if (codec === jsonCodec || isStorable(text)) return text;
  throw new SagaSerializationError(
    '$',
    'was encoded as text with a NUL or half of a surrogate pair, which databases cannot keep; ' +
      'a codec must give plain text, such as base64',
  );
}

/** Encodes one payload within its limits. @throws SagaSerializationError */
export function encodePayload(
  codec: PayloadCodec,
  limits: PayloadLimits,
  value: unknown,
  logger: SagaLogger,
  fields: LogFields,
): string {
  const text = encoded(codec, value, limits.maxBytes);
  // A UTF-16 unit has at most 3 bytes.
  if (text.length * 3 <= Math.min(limits.warnBytes, limits.maxBytes)) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    throw new SagaSerializationError(
      '$',
      `takes ${bytes} bytes, more ${overLimit(limits.maxBytes)}`,
    );
  }
  if (bytes > limits.warnBytes) {
    const what = `A payload takes ${bytes} bytes; limits.warnBytes is ${limits.warnBytes}`;
    report(logger, 'warn', what, fields);
  }
  return text;
}

/** The error of a value that cannot be stored, with its place in the saga. */
export function located(cause: unknown, where: string): unknown {
  if (!isSagaError(cause, 'SAGA_SERIALIZATION')) return cause;
  const { path, message } = cause as unknown as SagaSerializationError;
  const problem = message.startsWith(path) ? message.slice(path.length + 1) : message;
  return new SagaSerializationError(path, `${problem} (${where})`, { cause });
}

/** Encodes what that saga is started with. @throws SagaSerializationError that says so */
export function encodeInput(
  { codec, limits }: { readonly codec: PayloadCodec; readonly limits: PayloadLimits },
  ref: SagaRef,
  context: unknown,
  logger: SagaLogger,
): string {
  const { name: saga, id: sagaId } = ref;
  try {
    const fields = { saga, sagaId, payload: 'input' };
    return encodePayload(codecOf(codec, ref), limits, context, logger, fields);
  } catch (cause) {
    throw located(cause, `in the context that saga ${saga} is started with`);
  }
}
