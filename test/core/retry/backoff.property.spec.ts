import fc from 'fast-check';
import { backoff, retryPolicy } from '../../../lib/core/retry/index.js';
import { check } from '../../support/seed.js';

const policy = fc
  .record({
    retries: fc.integer({ min: 0, max: 1_000 }),
    delay: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 86_400_000, noNaN: true })),
    factor: fc.double({ min: 1, max: 100, noNaN: true }),
    maxDelay: fc.double({ min: 0, max: 86_400_000, noNaN: true }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(retryPolicy);
const attempt = fc.integer({ min: 1, max: 1_001 });
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoff', () => {
  it('is a finite pause from 0 to maxDelay, for every policy that is accepted', () => {
    check(
      fc.property(policy, attempt, random, (of, n, chance) => {
        const pause = backoff(of, n, chance);
        expect(pause).toBeGreaterThanOrEqual(0);
        expect(pause).toBeLessThanOrEqual(of.maxDelay);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never falls from attempt to attempt, at the same chance', () => {
    check(
      fc.property(policy, attempt, random, (of, n, chance) => {
        expect(backoff(of, n + 1, chance)).toBeGreaterThanOrEqual(backoff(of, n, chance));
      }),
    );
  });

  it('leaves at least the part that jitter does not touch', () => {
    check(
      fc.property(policy, attempt, random, (of, n, chance) => {
        const least = backoff({ ...of, jitter: 0 }, n, 0) * (1 - of.jitter);
        expect(backoff(of, n, chance)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      }),
    );
  });

  it('stays 0 with delay 0, however often it is multiplied', () => {
    const of = retryPolicy({ retries: 1_000, delay: 0, factor: 100 });
    expect(backoff(of, 1_000, 0)).toBe(0);
  });
});
