import { jsonCodec, SagaSerializationError } from 'nestjs-saga-orchestrator/core';
import { equateInvalidDates, STORABLE, TOKEN, UNSTORABLE } from './awkward-values.js';

equateInvalidDates();

const roundTrip = (value: unknown): unknown => jsonCodec.decode(jsonCodec.encode(value));

function refusalOf(value: unknown): SagaSerializationError {
  try {
    jsonCodec.encode(value);
  } catch (error) {
    if (error instanceof SagaSerializationError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}

describe('the payload codec (semantics 17)', () => {
  it.each(STORABLE)('stores $name and returns it', ({ make, comesBackAs = make }) => {
    expect(roundTrip(make())).toStrictEqual(comesBackAs());
  });

  it('gives null-prototype objects, -0 and Buffers back as what they were', () => {
    expect(Object.getPrototypeOf(roundTrip(Object.create(null)))).toBeNull();
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
    expect(Buffer.isBuffer(roundTrip(Buffer.from('tea')))).toBe(true);
    expect(Buffer.isBuffer(roundTrip(new Uint8Array(3)))).toBe(false);
  });

  it.each(STORABLE)('gives $name the same text after a round trip', ({ make }) => {
    const text = jsonCodec.encode(make());
    expect(jsonCodec.encode(jsonCodec.decode(text))).toBe(text);
  });

  it.each(STORABLE)('writes $name as well-formed text without NUL', ({ make }) => {
    const text = jsonCodec.encode(make());
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text).not.toContain('\u0000');
    expect(text).not.toContain(TOKEN);
  });

  it.each(UNSTORABLE.filter(({ name }) => name !== '3 MiB'))(
    'refuses $name and says where it stands',
    ({ make, refused }) => {
      const { path, message } = refusalOf(make());
      expect(path.startsWith(`$${refused?.path}`)).toBe(true);
      expect(message).toMatch(refused?.why ?? '');
    },
  );

  it('quotes what is no plain name in a path, and cuts a long one', () => {
    expect(refusalOf({ 'a key': [{ ok: 1, bad: () => 1 }] }).path).toBe('$["a key"][0].bad');
    expect(refusalOf({ ['k'.repeat(5_000)]: Symbol() }).path.length).toBeLessThanOrEqual(300);
  });

  it('names no value in its complaint, only the place', () => {
    expect(refusalOf({ card: '4111', cvc: () => '123' }).message).not.toContain('4111');
  });

  it('accepts plain data of another realm', async () => {
    const { runInNewContext } = await import('node:vm');
    const foreign: unknown = runInNewContext(
      `({ at: new Date(0), m: new Map([[1, new Set([2])]]) })`,
    );
    expect(roundTrip(foreign)).toEqual({ at: new Date(0), m: new Map([[1, new Set([2])]]) });
  });

  it('never merges what it reads: a smuggled __proto__ pollutes nothing', () => {
    const back = jsonCodec.decode('{"__proto__":{"admin":true},"a":{"__proto__":{"x":1}}}');
    expect((back as { admin?: unknown }).admin).toBeUndefined();
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });

  it('refuses a tag that it does not know, as of a newer version', () => {
    expect(() => jsonCodec.decode('{"$saga":"temporal","value":1}')).toThrow(
      /unknown tag 'temporal'/,
    );
  });
});
