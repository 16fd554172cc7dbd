import type { PayloadCodec } from './codec.js';
import type { StoredError } from './stored-error.js';

/** What stands for a message to whoever cannot decode it. */
const ENCODED = '(encoded)';

/**
 * With its messages as the codec encodes them, where it does. Never throws: what cannot be encoded is left out, or a
 * key that is missing would keep the outcome of an action from being recorded.
 */
export function withEncodedMessages(error: StoredError, codec?: PayloadCodec): StoredError {
  if (codec?.encodesErrors !== true) return error;
  const { message, cause, ...others } = error;
  return {
    ...others,
    message: ENCODED,
    ...encoded(message, codec),
    ...(cause === undefined ? {} : { cause: withEncodedMessages(cause, codec) }),
  };
}

function encoded(message: string, codec: PayloadCodec): { readonly encoded?: string } {
  try {
    return { encoded: codec.encode(message) };
  } catch {
    return {};
  }
}

/** With its messages, where the codec can read them. Never throws: an error is not worth a saga. */
export function withDecodedMessages(error: StoredError, codec?: PayloadCodec): StoredError {
  const { encoded, cause, ...others } = error;
  if (encoded === undefined) return error;
  return {
    ...others,
    message: decoded(encoded, codec),
    ...(cause === undefined ? {} : { cause: withDecodedMessages(cause, codec) }),
  };
}

function decoded(text: string, codec: PayloadCodec | undefined): string {
  try {
    const message = codec?.decode(text);
    return typeof message === 'string' ? message : ENCODED;
  } catch {
    return ENCODED;
  }
}
