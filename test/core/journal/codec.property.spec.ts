import fc from 'fast-check';
import { jsonCodec } from 'nestjs-saga-orchestrator/core';
import { check } from '../../support/seed.js';
import { equateInvalidDates } from './awkward-values.js';

equateInvalidDates();

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

const key = fc
  .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('$saga', 'value', 'toJSON', 'length', ''))
  .filter((name) => !FORBIDDEN.has(name));

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates and NUL too.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, -0, NaN, Infinity, -Infinity),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.uint8Array().map((bytes) => Buffer.from(bytes)),
);

/** Everything that the codec promises to keep, nested at will. */
const { payload } = fc.letrec<{ payload: unknown }>((tie) => ({
  payload: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('payload'), { maxLength: 5 }),
    fc.dictionary(key, tie('payload'), { maxKeys: 5, noNullPrototype: false }),
    fc.uniqueArray(fc.tuple(tie('payload'), tie('payload'))).map((pairs) => new Map(pairs)),
    fc.array(tie('payload')).map((items) => new Set(items)),
  ),
}));

describe('the payload codec, for any payload of its universe (semantics 17)', () => {
  it('returns what was stored, and the same text for it again', () => {
    check(
      fc.property(payload, (value) => {
        const text = jsonCodec.encode(value);
        const back = jsonCodec.decode(text);
        expect(back).toStrictEqual(value);
        expect(jsonCodec.encode(back)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('shares nothing with the original: a change of the copy is not seen in it', () => {
    check(
      fc.property(fc.dictionary(key, payload), (value) => {
        const text = jsonCodec.encode(value);
        const copy = jsonCodec.decode(text) as Record<string, unknown>;
        for (const name of Object.keys(copy)) {
          if (Array.isArray(copy[name])) copy[name].push('changed');
          copy[name] = 'changed';
        }
        expect(jsonCodec.encode(value)).toBe(text);
      }),
    );
  });

  it('either keeps any object at all or refuses it, and never throws anything else', () => {
    const anything = fc.anything({
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    });
    check(
      fc.property(anything, (value) => {
        let text: string;
        try {
          text = jsonCodec.encode(value);
        } catch (error) {
          expect(error).toMatchObject({ code: 'SAGA_SERIALIZATION' });
          return;
        }
        expect(jsonCodec.decode(text)).toStrictEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });
});
