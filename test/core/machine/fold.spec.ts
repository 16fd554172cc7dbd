import {
  decide,
  defineSaga,
  type AnySagaStep,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { failureOf, missingUndos } from '../../../lib/core/machine/index.js';
import {
  cancelled,
  done,
  failed,
  parked,
  recovered,
  resumeOf,
  started,
  stateOf,
  turned,
  undone,
  undoStarted,
} from '../../support/records.js';

const act = () => undefined;
const step = (label: string): AnySagaStep<unknown> => ({ label, action: act, compensate: act });
const plan = (...labels: string[]) => defineSaga('PlaceOrder', labels.map(step));

describe('the undos that a plan lacks', () => {
  const back = [...done('Reserve'), ...done('Charge'), ...failed('Ship'), turned];

  it('are those of the steps that are still to be undone', () => {
    expect(missingUndos(plan('Ship'), stateOf(back))).toEqual(['Reserve', 'Charge']);
    expect(missingUndos(plan('Ship'), stateOf(back, undone('Charge')))).toEqual(['Reserve']);
    const all = stateOf(back, undone('Charge'), undone('Reserve'));
    expect(missingUndos(plan('Ship'), all)).toEqual([]);
  });

  it('are not those of steps that did not take place, or had no undo when they started', () => {
    expect(missingUndos(plan('Ship'), stateOf(failed('Reserve')))).toEqual([]);
    expect(missingUndos(plan('Ship'), stateOf(started('Look', 1, false)))).toEqual([]);
    expect(missingUndos(plan('Ship'), stateOf(failed('Reserve', 'unknown')))).toEqual(['Reserve']);
  });
});

describe('a resume', () => {
  const definition = plan('Reserve', 'Charge', 'Ship');
  const later = { type: 'failed', label: 'Charge', attempt: 1, outcome: 'not-done' } as const;

  it('makes the next attempt at once: a back-off from before holds nothing up', () => {
    const waits = { ...later, error: new Error('busy'), retryable: true, retryAt: 60_000 };
    const state = stateOf(done('Reserve'), started('Charge'), waits, {
      type: 'parked',
      reason: 'recovery-limit',
    });
    const resumed = stateOf(
      done('Reserve'),
      started('Charge'),
      waits,
      { type: 'parked', reason: 'recovery-limit' },
      resumeOf(definition, state, 'Charge'),
    );
    expect(decide(definition, resumed)).toMatchObject({ type: 'run', attempt: 1, notBefore: 0 });
  });

  it('gives the step all of its attempts again, though it had failed for good', () => {
    const forGood = { ...later, error: new Error('declined'), retryable: false };
    const before = [...done('Reserve', { pivot: true }), started('Charge'), forGood];
    const state = stateOf(before, parked('failed-after-pivot', 'Charge'), {
      type: 'resumed',
      skip: [],
    });
    expect(decide(definition, state)).toMatchObject({ type: 'run', attempt: 1 });
    expect(state.parked).toBeUndefined();
  });

  it('passes a step over once, however often it is made', () => {
    const skipped = { type: 'resumed', skip: ['Reserve'] } as const;
    const state = stateOf(skipped, failed('Charge'));
    expect(resumeOf(definition, state, 'Charge')).toEqual({ type: 'resumed', skip: [] });
    expect(stateOf(skipped, failed('Charge'), { type: 'resumed', skip: [] }).skipped).toEqual([
      'Reserve',
    ]);
  });
});

describe('what an operator has done to a saga', () => {
  const doubt = [started('Charge'), recovered, parked('in-doubt', 'Charge')];
  const by = { type: 'manual', by: 'ada', reason: 'called the bank' } as const;

  it('a cancel of a parked saga sends it back: it is parked no more', () => {
    const state = stateOf(doubt, cancelled);
    expect(state).toMatchObject({ status: 'running', parked: undefined });
    expect(decide(plan('Charge'), state)).toMatchObject({ record: { type: 'compensating' } });
  });

  it.each([
    ['operator', 'cancelled'],
    ['deadline', 'deadline'],
  ] as const)('the cause of a cancel by the %s is told as %s', (who, reason) => {
    const state = stateOf(done('Charge'), { type: 'cancel-requested', by: who, reason: 'late' });
    expect(decide(plan('Charge', 'Ship'), state)).toMatchObject({ record: { cause: { reason } } });
  });

  it.each([
    ['interrupted', doubt],
    ['failed', [...failed('Charge', 'unknown'), parked('in-doubt', 'Charge')]],
    ['in flight', [started('Charge'), parked('in-doubt', 'Charge')]],
  ] as const)('not done is not done, also of a step that was %s', (_, before) => {
    const state = stateOf(before, { ...by, act: 'mark-not-done', label: 'Charge' });
    expect(state.step('Charge')?.outcome).toBe('not-done');
    expect(state.recoveries).toBe(0);
  });

  it('a saga that is terminated in the middle of a step names that step', () => {
    const state = stateOf(done('Reserve'), started('Charge'), { ...by, act: 'terminate' });
    expect(failureOf('PlaceOrder', 'o-1', state)).toMatchObject({
      failedLabel: 'Charge',
      notCompensated: ['Reserve', 'Charge'],
    });
  });
});

describe('the take-overs of a saga', () => {
  it.each([
    ['a step is done', done('Charge')],
    ['a step has failed', failed('Charge')],
    ['an undo is done', undone('Reserve')],
    ['it is cancelled', [cancelled]],
    ['it is resumed', [{ type: 'resumed', skip: [] } as const]],
  ])('count from anew once %s', (_, progress) => {
    const twice = [...done('Reserve'), recovered, recovered];
    expect(stateOf(twice).recoveries).toBe(2);
    expect(stateOf(twice, progress).recoveries).toBe(0);
    expect(stateOf(twice, progress, recovered).recoveries).toBe(1);
  });

  it.each([
    ['a step', started('Charge')],
    ['an undo', undoStarted('Reserve')],
  ])('go on counting when %s merely begins: it may be what the process dies of', (_, begun) => {
    expect(stateOf(done('Reserve'), recovered, recovered, begun).recoveries).toBe(2);
  });
});

describe('the question whether a step took place', () => {
  const inDoubt = { ...failed('Charge', 'unknown')[1], probeAt: 5_000 } as SagaRecord;
  const answered = (answer: 'done' | 'not-done' | 'unknown', probeAt?: number): SagaRecord =>
    ({ type: 'probed', label: 'Charge', answer, ...(probeAt && { probeAt }) }) as SagaRecord;
  const asked = [started('Charge'), inDoubt];

  it('is asked again, later each time, for as long as nobody knows', () => {
    expect(stateOf(asked).question('Charge')).toEqual({ asked: 0, notBefore: 5_000 });
    const again = stateOf(asked, answered('unknown', 9_000));
    expect(again.question('Charge')).toEqual({ asked: 1, notBefore: 9_000 });
  });

  it.each(['done', 'not-done', 'unknown'] as const)('is open no more once it is %s', (answer) => {
    expect(stateOf(asked, answered(answer)).question('Charge')).toBeUndefined();
  });

  it('of a step without a delay takes none from the step before', () => {
    const next = stateOf(asked, answered('unknown', 9_000), failed('Ship', 'unknown'));
    expect(next.question('Ship')).toBeUndefined();
  });
});
