import fc from 'fast-check';
import { violationsOf } from '../../support/oracle.js';
import { randomSaga } from '../../support/random-saga.js';
import { checkAsync, runsOf, seed } from '../../support/seed.js';
import { MAX_RECOVERIES, runByTurns } from './turns-host.js';

const SEQUENCES = 2_000;

describe(`${runsOf(SEQUENCES)} random sagas with crashes, deploys and signals, turn by turn`, () => {
  it('break no invariant of the oracle', async () => {
    await checkAsync(
      fc.asyncProperty(randomSaga(), async (saga) => {
        const { plan, trace } = await runByTurns(saga);
        const options = { recoveryLimit: MAX_RECOVERIES };
        expect(violationsOf(plan, trace, options)).toEqual([]);
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('reach every end and every kind of fault', async () => {
    const all = new Set<string>();
    for (const saga of fc.sample(randomSaga(), { seed, numRuns: SEQUENCES })) {
      for (const one of (await runByTurns(saga)).reached) all.add(one);
    }
    expect([...all]).toEqual(
      expect.arrayContaining([
        ...['completed', 'compensated', 'compensation-failed', 'in-doubt', 'failed-after-pivot'],
        ...['definition-mismatch', 'recovered', 'resumed', 'cancel-requested', 'probed', 'crash'],
        ...['does crash-done', 'does crash-not-done', 'undoes crash-done', 'probes crash'],
        ...['deploy retire', 'deploy drop', 'deploy drop-undo', 'deploy insert'],
      ]),
    );
  });
});
