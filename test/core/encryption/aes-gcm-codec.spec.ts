import { createSecretKey, randomBytes } from 'node:crypto';
import { aesGcmCodec, jsonCodec, type AesGcmOptions } from 'nestjs-saga-orchestrator';

const OLD = randomBytes(32);
const NEW = randomBytes(32).toString('base64');
const KEYS = { old: OLD, new: NEW };
const ORDER = { application: '', name: 'PlaceOrder', id: 'o-1' };
const card = { card: '4111 1111 1111 1111', at: new Date(0), paid: 7n };

const codec = (options: Partial<AesGcmOptions> = {}, saga = ORDER) =>
  aesGcmCodec({ keys: KEYS, current: 'new', ...options }).forSaga!(saga);
const failure = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
};

describe('a payload that aesGcmCodec encrypts (semantics 17a)', () => {
  it('comes back exactly, names its key, and shows nothing of itself', () => {
    const text = codec().encode(card);
    expect(text).toMatch(/^aes1:new:[A-Za-z0-9+/=]+$/);
    expect(codec().decode(text)).toStrictEqual(card);
    expect(Buffer.from(text.slice(9), 'base64').toString('latin1')).not.toContain('4111');
    expect(codec().decode(codec().encode(undefined))).toBeUndefined();
  });

  it('is as long as base64 of it, and 49 letters more than its key id', () => {
    const plain = jsonCodec.encode('x'.repeat(3_001));
    const text = codec().encode('x'.repeat(3_001));
    expect(text.length - 'new'.length - Math.ceil(plain.length / 3) * 4).toBeLessThanOrEqual(49);
  });

  it('has one text in its saga, so that what has not changed is not stored again; another one elsewhere', () => {
    expect(codec().encode(card)).toBe(codec().encode(card));
    const others = [
      { ...ORDER, id: 'o-2' },
      { ...ORDER, name: 'Refund' },
      { ...ORDER, application: 'shop' },
      // Or parts could run into each other.
      { ...ORDER, name: 'PlaceOrdero', id: '-1' },
    ].map((saga) => codec({}, saga).encode(card));
    expect(new Set([codec().encode(card), ...others]).size).toBe(5);
    for (const text of others) {
      expect(failure(() => codec().decode(text)).message).toMatch(/it is another saga's/);
    }
    expect(codec({ current: 'old' }).encode(card).slice(9)).not.toBe(codec().encode(card).slice(9));
  });

  it('is refused wherever one letter of it was changed, or some were cut off', () => {
    const text = codec().encode({ a: 1 });
    for (let at = 'aes1:new:'.length; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
      // What is behind the last bits of base64 is none of it.
      const bytes = (given: string) =>
        Buffer.concat(
          [given.slice(9, 25), given.slice(25, 49), given.slice(49)].map((part) =>
            Buffer.from(part, 'base64'),
          ),
        );
      if (bytes(changed).equals(bytes(text))) continue;
      expect(failure(() => codec().decode(changed))).toMatchObject({ code: 'SAGA_SERIALIZATION' });
    }
    for (const length of [5, 9, 20, 40, 49, text.length - 4]) {
      const cut = failure(() => codec().decode(text.slice(0, length)));
      expect(cut).toMatchObject({ code: 'SAGA_SERIALIZATION' });
    }
  });

  it('takes no shorter tag, which could be guessed', () => {
    const text = codec().encode(card);
    // Base64 of four bytes, and what is skipped.
    const tag = Buffer.from(text.slice(25, 49), 'base64').subarray(0, 4).toString('base64');
    const short = `${text.slice(0, 25)}${tag.replace(/=+$/, '').padEnd(24, '=')}${text.slice(49)}`;
    expect(failure(() => codec().decode(short)).message).toMatch(/cannot be decrypted/);
  });
});

describe('the keys of aesGcmCodec (semantics 17b)', () => {
  it('rotate: what an older one has encrypted can be read, and the new one encrypts', () => {
    const text = codec({ current: 'old' }).encode(card);
    expect(text).toContain('aes1:old:');
    expect(codec().decode(text)).toStrictEqual(card);
    const without = codec({ keys: { new: NEW } });
    expect(failure(() => without.decode(text)).message).toBe(
      "A payload needs key 'old', which is not among keys, which are new",
    );
    const wrong = codec({ keys: { new: NEW, old: randomBytes(32) } });
    expect(failure(() => wrong.decode(text)).message).toMatch(
      /^A payload cannot be decrypted with key 'old': .* another key had this id/,
    );
  });

  it('may be looked up, and chosen by saga: what one without a key was kept under is gone', () => {
    const keys = new Map([['ann', OLD]]);
    const options = {
      keys: (id: string) => keys.get(id),
      current: ({ id }: { id: string }) => (id === 'o-1' ? 'ann' : 'bob'),
    };
    const of = (saga = ORDER) => aesGcmCodec(options).forSaga!(saga);
    const text = of().encode(card);
    expect(text).toContain('aes1:ann:');
    const running = of();
    running.decode(text);
    expect(failure(() => of({ ...ORDER, id: 'o-2' }).encode(1)).message).toMatch(/needs key 'bob'/);
    keys.delete('ann');
    expect(failure(() => of().decode(text)).message).toBe(
      "A payload needs key 'ann', which is not among keys",
    );
    // A run that has used it goes on to its end.
    expect(running.decode(text)).toStrictEqual(card);
  });

  it('keep plain payloads out, unless they are told to read what was there before', () => {
    const plain = jsonCodec.encode(card);
    expect(failure(() => codec().decode(plain)).message).toMatch(
      /^A payload is not encrypted: give aesGcmCodec\(\) plain: 'read'/,
    );
    expect(codec({ plain: 'read' }).decode(plain)).toStrictEqual(card);
    expect(codec({ plain: 'read' }).encode(card)).toMatch(/^aes1:/);
  });

  it('encrypt nothing yet with current: null, and read both', () => {
    const before = codec({ current: null });
    expect(before.encode(card)).toBe(jsonCodec.encode(card));
    expect(before.encodesErrors).toBe(false);
    expect(before.decode(codec().encode(card))).toStrictEqual(card);
    expect(before.decode(jsonCodec.encode(card))).toStrictEqual(card);
  });

  it('may be bytes, base64, base64url and secret key objects', () => {
    const bytes = randomBytes(32);
    const texts = [
      bytes,
      new Uint8Array(bytes),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      createSecretKey(bytes),
    ].map((key) => codec({ keys: { new: key } }).encode(card));
    expect(new Set(texts).size).toBe(1);
  });
});

describe('the options of aesGcmCodec', () => {
  const secret = 'hunter2hunter2';
  it.each<[unknown, string]>([
    [undefined, 'what aesGcmCodec() is given must be an object (got undefined)'],
    [
      { keys: KEYS },
      'current must be the id of a key, null, or a function of a saga (got undefined)',
    ],
    [{ keys: KEYS, current: 'nwe' }, "current must be one of keys, which are old, new (got 'nwe')"],
    [{ keys: {}, current: null }, 'keys must hold at least one key'],
    [{ keys: [OLD], current: null }, 'keys must be an object'],
    [{ keys: { a: undefined }, current: 'a' }, "key 'a' must be 32 bytes, as base64"],
    [{ keys: { a: secret }, current: 'a' }, "key 'a' must be 32 bytes, as base64"],
    [{ keys: { a: OLD.toString('hex') }, current: 'a' }, "key 'a' must be 32 bytes, as base64"],
    [{ keys: { a: OLD.subarray(1) }, current: 'a' }, "key 'a' must be 32 bytes, as base64"],
    [{ keys: { 'a:b': OLD }, current: 'a:b' }, 'the id of a key must be 1 to 128 letters'],
    [{ keys: () => undefined, current: 'a b' }, 'the id of a key must be 1 to 128 letters'],
    [{ keys: KEYS, current: 'old', plain: true }, "plain must be 'read' or 'refuse' (got true)"],
    [{ keys: KEYS, current: null, plain: 'refuse' }, "plain must not be 'refuse' where current is"],
    [{ keys: KEYS, curent: 'old', current: 'old' }, "unknown option 'curent' of aesGcmCodec()"],
  ])('%p is refused', (options, problem) => {
    const error = failure(() => aesGcmCodec(options as AesGcmOptions));
    expect(error).toMatchObject({ code: 'SAGA_OPTIONS' });
    expect(error.message).toContain(problem);
    expect(error.message).not.toContain(secret);
  });

  it('what a function gives is checked when it is needed', () => {
    const given = codec({ keys: () => secret });
    expect(failure(() => given.encode(1)).message).toMatch(/^key 'new' must be 32 bytes/);
    const nameless = codec({ current: () => 'a b' });
    expect(failure(() => nameless.encode(1)).message).toMatch(/the id of a key must be/);
  });
});
