import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../definition/index.js';
import { SagaSerializationError } from '../errors/index.js';
import type { PayloadCodec } from './codec.js';
import { withEncodedMessages } from './encoded-errors.js';
import type { JournalEntry } from './stored-saga.js';
import type { StoredError } from './stored-error.js';

/** Makes the texts of a saga anew; one that comes back as it was is left alone. */
export interface Rewriter {
  input(text: string): string;
  entry(entry: JournalEntry): JournalEntry;
}

type Head = Readonly<Record<string, unknown>>;

/** Encodes what is stored of one saga as its codec would encode it now; what cannot be read stays as it is. */
export class Reencoder implements Rewriter {
  /** Payloads and messages of errors that have another text now. */
  changed = 0;
  /** Those that cannot be read. */
  unreadable = 0;
  /** Its codec encodes one value in many ways, so that nobody can tell what is to be encoded anew. */
  isNeverSame = false;

  constructor(private readonly codec: PayloadCodec) {}

  input(text: string): string {
    return this.#anew(text, () => this.#encoded(text));
  }

  entry(entry: JournalEntry): JournalEntry {
    const { head, result, context } = entry;
    return {
      ...entry,
      head: this.#anew(head, () => this.#head(head)),
      result: result === null ? null : this.input(result),
      context: context === null ? null : this.input(context),
    };
  }

  #anew(text: string, make: () => string): string {
    try {
      const made = make();
      if (made !== text) this.changed += 1;
      return made;
    } catch {
      this.unreadable += 1;
      return text;
    }
  }

  #encoded(text: string): string {
    const value = this.codec.decode(text);
    const made = this.codec.encode(value);
    this.isNeverSame ||= made !== text && this.codec.encode(value) !== made;
    if (made === text || isDeepStrictEqual(this.codec.decode(made), value)) return made;
    throw new SagaSerializationError('$', 'is not read back as it was');
  }

  #head(text: string): string {
    const head = JSON.parse(text) as Head;
    const { error, unstorable, cause } = head;
    if (isObject(unstorable))
      return JSON.stringify({ ...head, unstorable: this.#error(unstorable) });
    if (isObject(error)) return JSON.stringify({ ...head, error: this.#error(error) });
    const { error: inner } = (cause ?? {}) as Head;
    if (!isObject(inner)) return text;
    return JSON.stringify({ ...head, cause: { ...(cause as Head), error: this.#error(inner) } });
  }

  #error(stored: object): StoredError {
    return withEncodedMessages(this.#plain(stored as StoredError), this.codec);
  }

  /** With its messages as they were. @throws where the codec cannot read one */
  #plain({ encoded, ...stored }: StoredError): StoredError {
    const message = encoded === undefined ? stored.message : this.codec.decode(encoded);
    if (typeof message !== 'string') throw new SagaSerializationError('$', 'is no message');
    const { cause } = stored;
    return { ...stored, message, ...(cause === undefined ? {} : { cause: this.#plain(cause) }) };
  }
}
