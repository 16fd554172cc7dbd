import { retryProblems } from '../../../lib/core/definition/retry-problems.js';
import { retryPolicy } from '../../../lib/core/retry/index.js';

describe('a retry policy', () => {
  it('has its defaults, for a number as for an object, and cannot be changed', () => {
    const defaults = { delay: 100, factor: 2, maxDelay: 30_000, jitter: 0, when: undefined };
    expect(retryPolicy(2)).toEqual({ retries: 2, ...defaults });
    expect(retryPolicy({ retries: 2, delay: undefined } as never)).toEqual(retryPolicy(2));
    expect(retryPolicy({ retries: 2, delay: 5 })).toEqual({ retries: 2, ...defaults, delay: 5 });
    for (const policy of [retryPolicy(0), retryPolicy(2), retryPolicy({ retries: 2 })]) {
      expect(Object.isFrozen(policy)).toBe(true);
    }
  });

  it.each([0, 1, 1_000, { retries: 0 }, { retries: 3, jitter: 1, when: () => true }])(
    'may be %p',
    (option) => {
      expect(retryProblems('retry', option)).toEqual([]);
    },
  );

  it.each([
    [-1, "retry must be a whole number from 0 to 1000, or an object with 'retries' (got -1)"],
    [NaN, "retry must be a whole number from 0 to 1000, or an object with 'retries' (got NaN)"],
    [2.5, "retry must be a whole number from 0 to 1000, or an object with 'retries' (got 2.5)"],
    [null, "retry must be a whole number from 0 to 1000, or an object with 'retries' (got null)"],
    ['3', "retry must be a whole number from 0 to 1000, or an object with 'retries' (got '3')"],
    [
      [3],
      "retry must be a whole number from 0 to 1000, or an object with 'retries' (got an object)",
    ],
    [{}, 'retry.retries must be a whole number from 0 to 1000 (got undefined)'],
    [{ retries: '3' }, "retry.retries must be a whole number from 0 to 1000 (got '3')"],
    [{ retries: 1, delay: -1 }, 'retry.delay must be a number of ms from 0 to 86400000 (got -1)'],
    [{ retries: 1, delay: NaN }, 'retry.delay must be a number of ms from 0 to 86400000 (got NaN)'],
    [{ retries: 1, factor: 0.5 }, 'retry.factor must be a number from 1 to 100 (got 0.5)'],
    [
      { retries: 1, maxDelay: Infinity },
      'retry.maxDelay must be a number of ms from 0 to 86400000 (got Infinity)',
    ],
    [{ retries: 1, jitter: 2 }, 'retry.jitter must be a number from 0 to 1 (got 2)'],
    [{ retries: 1, when: true }, 'retry.when must be a function (got true)'],
  ])('may not be %p', (option, problem) => {
    expect(retryProblems('retry', option)).toEqual([problem]);
  });

  it('is told all of its problems at once', () => {
    expect(retryProblems('retry', { retries: -1, delay: -1, factor: 0 })).toHaveLength(3);
  });
});
