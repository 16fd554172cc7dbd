import {
  decide,
  defineSaga,
  evolve,
  SagaState,
  StepState,
  type AnySagaStep,
} from 'nestjs-saga-orchestrator/core';
import { failureOf } from '../../../lib/core/machine/index.js';
import {
  cancelled,
  done,
  failed,
  parked,
  recovered,
  resumeOf,
  shown,
  started,
  stateOf,
} from '../../support/records.js';
import { together } from '../../support/staged.js';

const act = () => undefined;
const step = (label: string, options: Partial<AnySagaStep<unknown>> = {}) => ({
  ...{ label, action: act, compensate: act },
  ...options,
});
const plan = together(
  defineSaga('PlaceOrder', [step('Create'), step('Reserve'), step('Charge'), step('Ship')]),
  ...['Reserve', 'Charge'],
);

const labels = (steps: SagaState['open']) => steps.map(({ label }) => label);
const both = [done('Create'), started('Reserve'), started('Charge')].flat();
const next = (state: SagaState) => shown(decide(plan, state));

describe('two steps that were started', () => {
  it('are both open, in order of their start, until each is settled', () => {
    expect(labels(stateOf(both).open)).toEqual(['Reserve', 'Charge']);
    expect(labels(stateOf(both).inFlight)).toEqual(['Reserve', 'Charge']);
    const [, reserved] = done('Reserve');
    const [, charged] = done('Charge');
    expect(labels(stateOf(both, charged as never).open)).toEqual(['Reserve']);
    expect(labels(stateOf(both, reserved as never).open)).toEqual(['Charge']);
    expect(stateOf(both, charged as never, reserved as never).open).toEqual([]);
    expect(next(stateOf(both, charged as never, reserved as never))).toBe('run Ship 1');
  });

  it('hold nothing of a later step open once they are settled', () => {
    const settled = stateOf(both, done('Charge'), done('Reserve'), started('Ship'));
    expect(labels(settled.open)).toEqual(['Ship']);
    expect(stateOf(both, done('Charge'), done('Reserve'), done('Ship')).open).toEqual([]);
    expect(labels(stateOf(both, done('Charge'), started('Ship')).open)).toEqual([
      'Reserve',
      'Ship',
    ]);
  });

  it('are not looked for any more once they are settled', () => {
    const state = stateOf(both, done('Charge'), done('Reserve'));
    for (let n = 0; n < 20; n += 1) done(`later-${n}`).forEach((record) => evolve(state, record));
    const looked = jest.spyOn(StepState.prototype, 'isSettled', 'get');
    expect(state.open).toEqual([]);
    expect(looked).toHaveBeenCalledTimes(1);
    looked.mockRestore();
  });

  it('are both interrupted when their process dies, and go on one by one', () => {
    const state = stateOf(both, recovered);
    expect(state.open.map(({ phase, doubt }) => [phase, doubt])).toEqual([
      ['interrupted', 'open'],
      ['interrupted', 'open'],
    ]);
    expect(state.inFlight).toEqual([]);
    expect(next(state)).toBe('run Reserve 1');
    expect(next(stateOf(both, recovered, done('Reserve')))).toBe('run Charge 1');
    const failedToo = stateOf(both, recovered, done('Reserve'), failed('Charge'));
    expect(next(failedToo)).toBe('compensating');
  });

  it('may each wait for a probe of their own', () => {
    const asks = (label: string, probeAt: number) =>
      ({ ...failed(label, 'unknown')[1], probeAt }) as never;
    const state = stateOf(both, asks('Reserve', 5_000), asks('Charge', 9_000));
    expect(state.question('Reserve')).toEqual({ asked: 0, notBefore: 5_000 });
    expect(state.question('Charge')).toEqual({ asked: 0, notBefore: 9_000 });
    const answered = { type: 'probed', label: 'Charge', answer: 'done' } as never;
    const after = stateOf(both, asks('Reserve', 5_000), asks('Charge', 9_000), answered);
    expect(after.question('Reserve')).toEqual({ asked: 0, notBefore: 5_000 });
    expect(after.question('Charge')).toBeUndefined();
  });

  it('may both be asked after from the time that a take-over names', () => {
    const state = stateOf(both, { ...recovered, probeAt: 7_000 } as never);
    for (const label of ['Reserve', 'Charge']) {
      expect(state.question(label)).toEqual({ asked: 0, notBefore: 7_000 });
    }
  });

  it('are both undone, the one that was started last first', () => {
    const [, charged] = failed('Charge', 'unknown');
    const state = stateOf(both, done('Reserve'), charged as never, cancelled);
    expect(next(state)).toBe('compensating');
    const turned = { type: 'compensating', cause: { reason: 'cancelled', error: 'x' } } as const;
    const back = stateOf(both, done('Reserve'), charged as never, cancelled, turned);
    expect(next(back)).toBe('undo Charge 1');
  });

  it('both go on after a resume, with all of their attempts', () => {
    const twice = [failed('Reserve', 'not-done', 2), failed('Charge', 'not-done', 2)].flat();
    const end = parked('in-doubt', 'Charge');
    const resume = resumeOf(plan, stateOf(both, twice, end), 'Reserve');
    const state = stateOf(both, twice, end, resume);
    expect(state.open.map(({ phase, attempt }) => [phase, attempt])).toEqual([
      ['interrupted', 1],
      ['interrupted', 1],
    ]);
  });

  it('of which an older one has no storable result turn the saga back', () => {
    const spoilt = done('Reserve', { unstorable: new Error('a symbol') });
    const state = stateOf(both, spoilt, done('Charge'));
    expect(labels(state.open)).toEqual(['Reserve']);
    expect(decide(plan, state)).toMatchObject({
      record: { type: 'compensating', cause: { reason: 'unstorable-result', label: 'Reserve' } },
    });
  });

  it('name the first that is not done as what failed, where nothing else is named', () => {
    const parkedNow = { type: 'parked', reason: 'recovery-limit' } as const;
    const state = stateOf(both, failed('Reserve'), failed('Charge'), parkedNow);
    expect(failureOf('PlaceOrder', 'o-1', state).failedLabel).toBe('Reserve');
  });
});
