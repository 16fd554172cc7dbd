import fc from 'fast-check';
import { checkAsync, seed } from '../../../support/seed.js';
import { histories, counted, verdictOn } from './model.js';
import { MODEL_TWINS } from './twins.js';

const RUNS = Number(process.env['SAGA_TEST_RUNS'] ?? 2_000);

describe('whatever is done to sagas, in whatever order', () => {
  it(`their records are what the machine decides, in ${RUNS} histories`, async () => {
    const lawful = fc.asyncProperty(histories, async (history) => {
      expect(await verdictOn(history)).toEqual([]);
    });
    await checkAsync(lawful, { numRuns: RUNS });
    process.stdout.write(`${JSON.stringify(counted)}\n`);
    // A fault that never fired, or a command that never found its saga, has proved nothing.
    for (const [what, times] of Object.entries(counted)) {
      expect([what, times >= RUNS / 500]).toEqual([what, true]);
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
