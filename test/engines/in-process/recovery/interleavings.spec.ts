import fc from 'fast-check';
import { checkAsync, runsOf, seed } from '../../../support/seed.js';
import { fired, schedules, verdictOn } from './schedules.js';
import { TWINS } from './twins.js';

const RUNS = runsOf(2_000);

describe('workers that sleep longer than their lease', () => {
  it(`do no harm in any of ${RUNS} schedules`, async () => {
    const harmless = fc.asyncProperty(schedules, async (schedule) => {
      expect(await verdictOn(schedule)).toEqual([]);
    });
    await checkAsync(harmless, { numRuns: 2_000 });
    process.stdout.write(`${JSON.stringify(fired)}\n`);
    for (const times of Object.values(fired)) expect(times).toBeGreaterThan(RUNS / 100);
  }, 3_600_000);

  it.each(TWINS)('would be found out: $defect', async ({ journal, shows }) => {
    const harmless = fc.asyncProperty(schedules, async (schedule) => {
      expect((await verdictOn(schedule, { journal })).join('\n')).not.toMatch(shows);
    });
    const { failed } = await fc.check(harmless, { seed, numRuns: 20_000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
