import { createSecretKey, KeyObject } from 'node:crypto';
import {
  groupProblem,
  isGroup,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
} from '../definition/index.js';
import type { SagaRef } from '../journal/index.js';

/** 32 random bytes: as they are, as base64 (`openssl rand -base64 32`), or as a secret `KeyObject`. */
export type AesKey = string | Uint8Array | KeyObject;

export interface AesGcmOptions {
  /**
   * All keys that payloads may be encrypted with, by the id that their text names: the current one, and older
   * ones for as long as something is stored under them. A function looks one up, at once; `undefined`: it is
   * there no more.
   */
  readonly keys:
    Readonly<Record<string, AesKey | undefined>> | ((keyId: string) => AesKey | undefined);
  /**
   * The id of the key that encrypts; a function chooses one by saga, as for a key per customer. `null`: nothing is
   * encrypted yet, or any more; what is encrypted can be read.
   */
  readonly current: string | null | ((saga: Required<SagaRef>) => string);
  /**
   * What becomes of payloads that are not encrypted: `read` while some are stored that were written before;
   * `refuse`: whoever can write to the database cannot pass his own off. Messages of errors are read in either case: no
   * saga depends on them. @default 'refuse', with `current: null` 'read'
   */
  readonly plain?: 'read' | 'refuse';
}

/** The options once they are checked. */
export interface Keys {
  /** @throws SagaOptionsError for what a function gives that is no key. */
  find(keyId: string): KeyObject | undefined;
  readonly ids: readonly string[] | undefined;
  readonly current: AesGcmOptions['current'];
  readonly readsPlain: boolean;
}

const OPTIONS = namesOf<AesGcmOptions>({ keys: true, current: true, plain: true });
const KEY_BYTES = 32;
const KEY_ID = /^[\w.@-]{1,128}$/;
const ID_RULE = '1 to 128 letters, digits and . _ - @';

/** Never shows the key itself. */
const keyProblem = (keyId: string): string =>
  `key ${shown(keyId)} must be ${KEY_BYTES} bytes, as base64 (openssl rand -base64 32), Uint8Array or secret KeyObject`;

function keyOf(given: unknown): KeyObject | undefined {
  const is = (key: KeyObject): KeyObject | undefined =>
    key.symmetricKeySize === KEY_BYTES ? key : undefined;
  if (given instanceof KeyObject) return is(given);
  if (given instanceof Uint8Array && given.byteLength > 0) return is(createSecretKey(given));
  if (typeof given !== 'string') return undefined;
  // Buffer.from skips what is no base64, so that half of a password might look like a key.
  if (!/^[\w+/-]{43}=?$/.test(given)) return undefined;
  return is(createSecretKey(Buffer.from(given, 'base64')));
}

function currentProblem(current: unknown, ids: readonly string[] | undefined): string | undefined {
  if (current === null || typeof current === 'function') return undefined;
  if (typeof current !== 'string') {
    return `current must be the id of a key, null, or a function of a saga (got ${shown(current)})`;
  }
  if (ids === undefined) return keyIdProblem(current);
  if (ids.includes(current)) return undefined;
  return `current must be one of keys, which are ${ids.join(', ')} (got ${shown(current)})`;
}

export function keyIdProblem(keyId: unknown): string | undefined {
  if (typeof keyId === 'string' && KEY_ID.test(keyId)) return undefined;
  return `the id of a key must be ${ID_RULE} (got ${shown(keyId)})`;
}

function keysProblems(keys: unknown): readonly (string | undefined)[] {
  if (typeof keys === 'function') return [];
  if (!isGroup(keys)) return [groupProblem('keys', keys)];
  const entries = Object.entries(keys);
  if (entries.length === 0) return ['keys must hold at least one key'];
  return entries.flatMap(([keyId, key]) => [
    keyIdProblem(keyId),
    keyOf(key) === undefined ? keyProblem(keyId) : undefined,
  ]);
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkedKeys(options: AesGcmOptions): Keys {
  refuseProblems([groupProblem('what aesGcmCodec() is given', options)]);
  const { keys, current, plain } = options;
  const ids = isGroup(keys) ? Object.keys(keys) : undefined;
  refuseProblems([
    ...unknownProblems('aesGcmCodec()', options, OPTIONS),
    ...keysProblems(keys),
    currentProblem(current, ids),
    plain === undefined || plain === 'read' || plain === 'refuse'
      ? undefined
      : `plain must be 'read' or 'refuse' (got ${shown(plain)})`,
    plain === 'refuse' && current === null
      ? "plain must not be 'refuse' where current is null, which writes plain text"
      : undefined,
  ]);
  const readsPlain = current === null || plain === 'read';
  if (typeof keys === 'function') return { find: lookUp(keys), ids, current, readsPlain };
  const known = new Map(Object.entries(keys).map(([keyId, key]) => [keyId, keyOf(key)]));
  return { find: (keyId) => known.get(keyId), ids, current, readsPlain };
}

function lookUp(keys: (keyId: string) => AesKey | undefined): Keys['find'] {
  return (keyId) => {
    const given = keys(keyId);
    if (given === undefined) return undefined;
    const key = keyOf(given);
    if (key === undefined) refuseProblems([keyProblem(keyId)]);
    return key;
  };
}
