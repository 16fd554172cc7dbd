import { isSagaError, SagaOptionsError, SagaSerializationError } from '../errors/index.js';
import { report, type LogFields, type SagaLogger } from '../ports/index.js';
import type { PayloadCodec } from './codec.js';
import { storedError } from './stored-error.js';

export interface PayloadLimits {
  /** Size of one payload in bytes above which a warning is logged. @default 262_144 */
  readonly warnBytes: number;
  /** Size of one payload in bytes above which it is refused. @default 2_097_152 */
  readonly maxBytes: number;
}

const PAYLOAD_LIMITS: PayloadLimits = { warnBytes: 262_144, maxBytes: 2_097_152 };

/** Applies the defaults. @throws SagaOptionsError naming every limit that cannot be one. */
export function payloadLimits(given: Partial<PayloadLimits> = {}): PayloadLimits {
  const limits = { ...PAYLOAD_LIMITS, ...given };
  const problems = Object.entries(limits)
    .filter(([, value]) => !Number.isInteger(value) || value < 1)
    .map(
      ([key, value]) =>
        `limits.${key} must be a whole number of bytes of at least 1 (got ${value})`,
    );
  if (problems.length > 0) throw new SagaOptionsError(problems.join('; '));
  return limits;
}

/** A codec of the user's may throw anything, or forget to give text. */
function encoded(codec: PayloadCodec, value: unknown): string {
  let text: unknown;
  try {
    text = codec.encode(value);
  } catch (error) {
    if (isSagaError(error)) throw error;
    throw new SagaSerializationError(
      '$',
      `was refused by the codec: ${storedError(error).message}`,
    );
  }
  if (typeof text === 'string') return text;
  throw new SagaSerializationError(
    '$',
    `was encoded as ${typeof text}; a codec must give a string`,
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
  const text = encoded(codec, value);
  // A UTF-16 unit has at most 3 bytes.
  if (text.length * 3 <= Math.min(limits.warnBytes, limits.maxBytes)) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    throw new SagaSerializationError(
      '$',
      `takes ${bytes} bytes, over the limit of ${limits.maxBytes}; store a reference instead`,
    );
  }
  if (bytes > limits.warnBytes) report(logger, 'warn', `A payload takes ${bytes} bytes`, fields);
  return text;
}
