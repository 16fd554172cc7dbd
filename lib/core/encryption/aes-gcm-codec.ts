import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { shownText } from '../definition/index.js';
import { SagaSerializationError } from '../errors/index.js';
import { jsonCodec, type PayloadCodec, type SagaRef } from '../journal/index.js';
import { checkedKeys, keyIdProblem, type AesGcmOptions, type Keys } from './aes-gcm-options.js';

/** No JSON begins so. `aes1:<key id>:<iv><tag><payload>`, each in base64. */
const MARK = 'aes1:';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
/** In base64. */
const IV_LENGTH = 16;
const TAG_LENGTH = 24;
/** Or Node would take a shorter tag, which is easier to guess. */
const WHOLE_TAG = { authTagLength: 16 };

/** What no saga's are: results of a barrier, or whatever else is encoded without saying whose it is. */
const NOBODY: Required<SagaRef> = { application: '', name: '', id: '' };

/** For one saga and one key. */
interface SagaKey {
  readonly forPayloads: Buffer;
  readonly forIvs: Buffer;
  readonly aad: Buffer;
}

function refuse(problem: string, cause?: unknown): never {
  throw new SagaSerializationError('A payload', problem, cause === undefined ? {} : { cause });
}

/** Encrypts the payloads of one saga. Keys that it has used stay with it: a run goes on after their end. */
class SagaCipher implements PayloadCodec {
  readonly encodesErrors: boolean;
  readonly #used = new Map<string, SagaKey>();

  constructor(
    private readonly keys: Keys,
    private readonly saga: Required<SagaRef>,
  ) {
    this.encodesErrors = keys.current !== null;
  }

  encode(value: unknown): string {
    const text = jsonCodec.encode(value);
    const keyId = this.#current();
    return keyId === null ? text : this.#sealed(text, keyId);
  }

  decode(text: string): unknown {
    return jsonCodec.decode(text.startsWith(MARK) ? this.#opened(text) : this.#plain(text));
  }

  forSaga(saga: Required<SagaRef>): PayloadCodec {
    return new SagaCipher(this.keys, saga);
  }

  #current(): string | null {
    const { current } = this.keys;
    if (typeof current !== 'function') return current;
    const keyId: unknown = current(this.saga);
    const problem = keyIdProblem(keyId);
    return problem === undefined ? (keyId as string) : refuse(`cannot be encrypted: ${problem}`);
  }

  /**
   * The IV is a keyed hash of the text, as in SIV: never the same for two texts of a saga, and the same for the
   * same one, so that a context which has not changed is not stored again. It tells that two payloads of
   * one saga are equal, and no more.
   */
  #sealed(text: string, keyId: string): string {
    const { forPayloads, forIvs, aad } = this.#key(keyId);
    const iv = createHmac('sha256', forIvs).update(text).digest().subarray(0, IV_BYTES);
    const cipher = createCipheriv(CIPHER, forPayloads, iv).setAAD(aad);
    const sealed = cipher.update(text, 'utf8', 'base64') + cipher.final('base64');
    const tag = cipher.getAuthTag().toString('base64');
    return `${MARK}${keyId}:${iv.toString('base64')}${tag}${sealed}`;
  }

  #opened(text: string): string {
    const end = text.indexOf(':', MARK.length);
    const keyId = text.slice(MARK.length, end);
    if (keyIdProblem(keyId) !== undefined) refuse('is damaged: it names no key');
    const { forPayloads, aad } = this.#key(keyId);
    const [iv, tag, sealed] = cut(text.slice(end + 1));
    try {
      const decipher = createDecipheriv(CIPHER, forPayloads, Buffer.from(iv, 'base64'), WHOLE_TAG);
      decipher.setAAD(aad).setAuthTag(Buffer.from(tag, 'base64'));
      return decipher.update(sealed, 'base64', 'utf8') + decipher.final('utf8');
    } catch (cause) {
      const what = `cannot be decrypted with key '${keyId}': it was changed, it is another saga's, or another key had this id`;
      return refuse(what, cause);
    }
  }

  #plain(text: string): string {
    if (this.keys.readsPlain) return text;
    return refuse(
      "is not encrypted: give aesGcmCodec() plain: 'read' while there are some from before, or another codec wrote it",
    );
  }

  /** One per saga: no key ever encrypts so much that its IVs might meet. */
  #key(keyId: string): SagaKey {
    const used = this.#used.get(keyId);
    if (used !== undefined) return used;
    const key = this.keys.find(keyId);
    if (key === undefined) return this.#missing(keyId);
    const { application, name, id } = this.saga;
    const aad = Buffer.from(JSON.stringify([MARK, keyId, application, name, id]));
    const derived = createHmac('sha512', key).update(aad).digest();
    const made = { forPayloads: derived.subarray(0, 32), forIvs: derived.subarray(32), aad };
    this.#used.set(keyId, made);
    return made;
  }

  #missing(keyId: string): never {
    const { ids } = this.keys;
    const known = ids === undefined ? '' : `, which are ${shownText(ids.join(', '))}`;
    return refuse(`needs key '${keyId}', which is not among keys${known}`);
  }
}

function cut(body: string): readonly [iv: string, tag: string, sealed: string] {
  const tagEnd = IV_LENGTH + TAG_LENGTH;
  if (body.length <= tagEnd) refuse('is damaged: it was cut off');
  return [body.slice(0, IV_LENGTH), body.slice(IV_LENGTH, tagEnd), body.slice(tagEnd)];
}

/**
 * Encrypts inputs, contexts, results and the messages of errors with AES-256-GCM, bound to their saga (application,
 * name and id): one that is moved to another saga, or changed, cannot be read. Ids, keys, tags, headers, labels, the
 * names and codes of errors, and what operators write stay readable.
 *
 * @example
 * ```ts
 * SagaModule.forRoot({
 *   codec: aesGcmCodec({ keys: { 'k-2026': process.env.SAGA_KEY }, current: 'k-2026' }),
 * })
 * ```
 * @throws SagaOptionsError with everything that is wrong; never with a key in it.
 */
export function aesGcmCodec(options: AesGcmOptions): PayloadCodec {
  return new SagaCipher(checkedKeys(options), NOBODY);
}
