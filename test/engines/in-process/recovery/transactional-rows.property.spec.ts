import fc from 'fast-check';
import type { Commit } from '../../../support/transactional-memory.js';
import { checkAsync, runsOf, seed } from '../../../support/seed.js';
import { AppendsElsewhere, RowsWorld, Unfenced, type RowsHistory } from './rows-world.js';

const RUNS = 400;

const call = fc.record({
  takes: fc.constantFrom(0, 0, 10, 5_000, 40_000),
  fails: fc.nat(4).map((n) => n === 0),
});
const commit = fc.constantFrom<Commit>(
  ...(['answered', 'answered', 'answered', 'lost', 'never sent', 'in conflict'] as const),
);
const event = fc.record({
  after: fc.constantFrom(0, 1, 20, 4_000, 16_000, 45_000),
  what: fc.constantFrom('pause', 'pause', 'wake', 'wake', 'crash'),
});
const histories: fc.Arbitrary<RowsHistory> = fc.record({
  calls: fc.array(call, { maxLength: 8 }),
  commits: fc.array(commit, { maxLength: 8 }),
  events: fc.array(event, { maxLength: 5 }),
  isRefused: fc.boolean(),
});

describe(`what other sessions see of ${runsOf(RUNS)} sagas of transactional steps (T1, T2)`, () => {
  it('is never a row without its record, nor one of an owner that was overtaken', async () => {
    const lawful = fc.asyncProperty(histories, async (history) => {
      expect(await new RowsWorld(history).verdict()).toEqual([]);
    });
    await checkAsync(lawful, { numRuns: RUNS });
  });

  it.each([
    ['an append on another connection', AppendsElsewhere, /row-and-record/],
    ['an append without a look at the epoch', Unfenced, /no-late-row/],
  ])('would be found out: %s', async (_, Journal, shows) => {
    const found = fc.sample(histories, { seed, numRuns: 2_000 });
    for (const history of found) {
      if (shows.test((await new RowsWorld(history, Journal).verdict()).join('\n'))) return;
    }
    throw new Error(`no history of ${found.length} shows it`);
  });
});
