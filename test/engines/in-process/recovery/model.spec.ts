import fc from 'fast-check';
import { checkAsync, runsOf, seed } from '../../../support/seed.js';
import { histories, counted, verdictOn } from './model.js';
import { MODEL_TWINS } from './twins.js';

const RUNS = runsOf(2_000);

describe('whatever is done to sagas, in whatever order', () => {
  it(`their records are what the machine decides, in ${RUNS} histories`, async () => {
    const lawful = fc.asyncProperty(histories, async (history) => {
      expect(await verdictOn(history)).toEqual([]);
    });
    await checkAsync(lawful, { numRuns: 2_000 });
    process.stdout.write(`${JSON.stringify(counted)}\n`);
    // A fault that never fired, or a command that never found its saga, has proved nothing; in part of the runs the rarest
    // may be missing by chance.
    for (const [what, times] of Object.entries(counted)) {
      expect([what, times >= 4 * Math.floor(RUNS / 2_000)]).toEqual([what, true]);
    }
  }, 3_600_000);

  it.each(MODEL_TWINS)('would be found out: $defect', async ({ journal, shows }) => {
    const lawful = fc.asyncProperty(histories, async (history) => {
      expect((await verdictOn(history, { journal })).join('\n')).not.toMatch(shows);
    });
    const { failed } = await fc.check(lawful, { seed, numRuns: 20_000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
