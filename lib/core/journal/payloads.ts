import { SagaSerializationError } from '../errors/index.js';
import type { LogFields, SagaLogger } from '../ports/index.js';
import type { PayloadCodec } from './codec.js';

export interface PayloadLimits {
  /** Size of one payload in bytes above which a warning is logged. @default 262_144 */
  readonly warnBytes: number;
  /** Size of one payload in bytes above which it is refused. @default 2_097_152 */
  readonly maxBytes: number;
}

export const PAYLOAD_LIMITS: PayloadLimits = { warnBytes: 262_144, maxBytes: 2_097_152 };

/** Encodes one payload within its limits. @throws SagaSerializationError */
export function encodePayload(
  codec: PayloadCodec,
  limits: PayloadLimits,
  value: unknown,
  logger: SagaLogger,
  fields: LogFields,
): string {
  const text = codec.encode(value);
  // A UTF-16 unit has at most 3 bytes.
  if (text.length * 3 <= limits.warnBytes) return text;
  const bytes = Buffer.byteLength(text);
  if (bytes > limits.maxBytes) {
    throw new SagaSerializationError(
      '$',
      `takes ${bytes} bytes, over the limit of ${limits.maxBytes}; store a reference instead`,
    );
  }
  if (bytes > limits.warnBytes) logger.warn(`A payload takes ${bytes} bytes`, fields);
  return text;
}
