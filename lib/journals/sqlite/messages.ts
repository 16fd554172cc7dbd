import type { Outcome } from '../sql/index.js';
import type { Read, Write } from './operations.js';
import { revivedError, sentError, type SentError } from './sent-error.js';

/** What the worker thread is asked to do. A whole batch of writes is one message. */
export type Request =
  | { readonly kind: 'open'; readonly known?: string | undefined }
  | { readonly kind: 'commit'; readonly writes: readonly Write[] }
  | { readonly kind: 'read'; readonly read: Read }
  | { readonly kind: 'is-busy' }
  | { readonly kind: 'close' };

export type Sent<T> = { readonly value?: T } | { readonly error: SentError };

/** What crosses is JSON text: cheaper than a structured clone, and of the realm that reads it. */
export interface Numbered<T> {
  readonly call: number;
  readonly body: T;
}

export function sentOutcome<T>(outcome: Outcome<T>): Sent<T> {
  return 'error' in outcome ? { error: sentError(outcome.error) } : { value: outcome.value };
}

/** `undefined` has no form in JSON: a value that is missing was that. */
export function receivedOutcome<T>(sent: Sent<T>): Outcome<T> {
  return 'error' in sent ? { error: revivedError(sent.error) } : { value: sent.value as T };
}
