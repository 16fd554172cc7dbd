import fc from 'fast-check';
import { evolve, SagaState } from 'nestjs-saga-orchestrator/core';
import { violationsOf } from '../../support/oracle.js';
import { runPure } from '../../support/pure-host.js';
import { randomSaga } from '../../support/random-saga.js';
import { check, runsOf, seed } from '../../support/seed.js';

const SEQUENCES = 3_000;

describe(`${runsOf(SEQUENCES)} random sagas with random faults, on the pure machine`, () => {
  it('break no invariant of the oracle', () => {
    check(
      fc.property(randomSaga(), (saga) => {
        const { plan, trace } = runPure(saga);
        expect(violationsOf(plan, trace)).toEqual([]);
      }),
      { numRuns: SEQUENCES },
    );
  });

  it('are known from their records alone: the fold of them is the state', () => {
    check(
      fc.property(randomSaga(), (saga) => {
        const { records, state } = runPure(saga);
        expect(records.reduce(evolve, new SagaState())).toEqual(state);
      }),
      { numRuns: 500 },
    );
  });

  it('reach every end, every kind of record and every kind of fault', () => {
    const reached = new Set<string>();
    for (const saga of fc.sample(randomSaga(), { seed, numRuns: SEQUENCES })) {
      const { state, records, faults } = runPure(saga);
      reached.add(state.parked === undefined ? state.status : `parked: ${state.parked.reason}`);
      for (const { type } of records) reached.add(type);
      for (const fault of faults) reached.add(fault);
    }
    expect([...reached]).toEqual(
      expect.arrayContaining([
        ...['completed', 'compensated', 'parked: compensation-failed', 'parked: in-doubt'],
        ...['parked: failed-after-pivot', 'parked: definition-mismatch'],
        ...['started', 'done', 'failed', 'probed', 'cancel-requested', 'compensating'],
        ...['undo-started', 'undone', 'undo-failed', 'recovered', 'resumed'],
        ...['does fails', 'does fails-for-good', 'does lost-done', 'does lost-not-done'],
        ...['does crash-done', 'does crash-not-done', 'does unstorable'],
        ...['undoes already', 'undoes fails', 'undoes fails-for-good'],
        ...['undoes crash-done', 'undoes crash-not-done'],
        ...['probes truth', 'probes unknown', 'probes crash'],
        ...['deploy retire', 'deploy drop', 'deploy drop-undo', 'deploy insert', 'crash'],
        ...['cancel between', 'cancel during do', 'cancel during undo'],
      ]),
    );
  });
});
