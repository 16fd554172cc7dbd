import fc from 'fast-check';
import { BROKEN_MACHINES } from '../../support/broken-machines.js';
import { violationsOf, type Invariant } from '../../support/oracle.js';
import { runPure, type Machine } from '../../support/pure-host.js';
import { randomSaga } from '../../support/random-saga.js';
import { seed } from '../../support/seed.js';

const SEQUENCES = 5_000;
const sagas = fc.sample(randomSaga(), { seed, numRuns: SEQUENCES });

/** How many of the random sagas it takes until this machine is seen to break this rule. */
function caughtAfter(machine: Machine, rule: Invariant): number {
  const index = sagas.findIndex((saga) => {
    const { plan, trace } = runPure(saga, machine);
    return violationsOf(plan, trace).some(({ invariant }) => invariant === rule);
  });
  return index < 0 ? Infinity : index + 1;
}

describe(`the oracle can fail (SAGA_TEST_SEED=${seed}): a machine that`, () => {
  it.each(BROKEN_MACHINES.map((twin) => [twin.defect, twin] as const))(
    '%s is caught',
    (_, { machine, breaks }) => {
      expect(caughtAfter(machine, breaks)).toBeLessThanOrEqual(SEQUENCES);
    },
  );
});
