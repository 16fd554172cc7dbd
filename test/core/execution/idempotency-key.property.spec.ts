import fc from 'fast-check';
import { idempotencyKey as keyOf } from '../../../lib/core/execution/index.js';
import { check } from '../../support/seed.js';

/** Names that invite their neighbours to run into them. */
const part = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', ':', '/', '"', '\\', ',', ' ', '\0'), maxLength: 5 }),
);
const direction = fc.constantFrom('do' as const, 'undo' as const);
const tuple = fc.tuple(part, part, part, part, part, direction);

function idempotencyKey(
  application: string,
  name: string,
  id: string,
  birth: string,
  label: string,
  direction: 'do' | 'undo',
): string {
  return keyOf({ application, name, id, birth }, label, direction);
}

describe('idempotencyKey (semantics 24)', () => {
  it('is equal for equal tuples only: no parts run into each other', () => {
    check(
      fc.property(
        fc.uniqueArray(tuple, {
          selector: (parts) => JSON.stringify(parts),
          minLength: 2,
          maxLength: 20,
        }),
        (tuples) => {
          const keys = tuples.map((parts) => idempotencyKey(...parts));
          expect(new Set(keys).size).toBe(tuples.length);
          expect(tuples.map((parts) => idempotencyKey(...parts))).toEqual(keys);
        },
      ),
    );
  });

  it('fits the idempotency header of a payment provider: 37 plain characters', () => {
    check(
      fc.property(tuple, (parts) => {
        expect(idempotencyKey(...parts)).toMatch(/^saga_[A-Za-z0-9_-]{32}$/);
      }),
    );
  });

  type Parts = Parameters<typeof idempotencyKey>;
  const NEIGHBOURS: readonly (readonly [Parts, Parts])[] = [
    [
      ['', 'a', 'b:c', 'e', 'd', 'do'],
      ['', 'a:b', 'c', 'e', 'd', 'do'],
    ],
    [
      ['', 'a', '', 'e', 'b', 'do'],
      ['', '', 'a', 'e', 'b', 'do'],
    ],
    [
      ['', 'a","b', 'c', 'e', 'd', 'do'],
      ['', 'a', 'b","c', 'e', 'd', 'do'],
    ],
    [
      ['a', 'b', 'c', 'e', 'd', 'do'],
      ['', 'ab', 'c', 'e', 'd', 'do'],
    ],
    [
      ['', 'a', 'c', 'e', 'd', 'do'],
      ['', 'a', 'ce', '', 'd', 'do'],
    ],
  ];

  it.each(NEIGHBOURS)('tells %j from %j', (one, other) => {
    expect(idempotencyKey(...one)).not.toBe(idempotencyKey(...other));
  });
});
