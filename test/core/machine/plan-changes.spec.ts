import {
  decide,
  defineSaga,
  NOTHING_TO_UNDO,
  type AnySagaStep,
  type RetiredSagaStep,
} from 'nestjs-saga-orchestrator/core';
import { firstOpenLabel } from '../../../lib/core/machine/resume.js';
import {
  cancelled,
  done,
  failed,
  recovered,
  resumeOf,
  shown,
  started,
  stateOf,
  turned,
  undone,
} from '../../support/records.js';

const act = () => undefined;

/** A plan of steps that can be undone. */
function plan(labels: string[], options: object = {}) {
  const steps = labels.map((label): AnySagaStep<unknown> => ({
    label,
    action: act,
    compensate: act,
  }));
  return defineSaga('PlaceOrder', steps, options);
}

const retired = (label: string): RetiredSagaStep<unknown> => ({ label, compensate: act });

describe('a plan that was changed under an unfinished saga (semantics 27)', () => {
  it.each([
    ['a step was added at the end', plan(['Reserve', 'Charge', 'Ship', 'Mail']), 'run Ship 1'],
    ['a step to come was removed', plan(['Reserve', 'Charge', 'Mail']), 'run Mail 1'],
    ['all that is left was removed', plan(['Reserve', 'Charge']), 'completed'],
    [
      'an executed step was retired: no step is passed over',
      plan(['Charge', 'Ship'], { retired: [retired('Reserve')] }),
      'run Ship 1',
    ],
    [
      'an executed step was retired that had nothing to undo',
      plan(['Charge', 'Ship'], {
        retired: [{ label: 'Reserve', compensate: NOTHING_TO_UNDO }],
      }),
      'run Ship 1',
    ],
  ])('goes on when %s', (_, definition, next) => {
    const state = stateOf(done('Reserve'), done('Charge'), recovered);
    expect(shown(decide(definition, state))).toBe(next);
  });

  it.each([
    ['a step was inserted before what was executed', plan(['New', 'Reserve', 'Charge', 'Ship'])],
    ['a step was inserted between what was executed', plan(['Reserve', 'New', 'Charge', 'Ship'])],
    ['executed steps were reordered', plan(['Charge', 'Reserve', 'Ship'])],
    ['an executed step was removed and not retired', plan(['Charge', 'Ship'])],
    ['an executed step was replaced', plan(['New', 'Charge', 'Ship'])],
    ['the plan is another one', plan(['New'])],
  ])('is parked, never run on, when %s', (_, definition) => {
    const state = stateOf(done('Reserve'), done('Charge'), recovered);
    expect(shown(decide(definition, state))).toBe('parked definition-mismatch Charge');
    const doomed = stateOf(done('Reserve'), done('Charge'), recovered, cancelled);
    expect(shown(decide(definition, doomed))).toBe('compensating');
  });

  it.each([
    ['retired', plan(['Reserve', 'Ship'], { retired: [retired('Charge')] })],
    ['removed', plan(['Reserve', 'Ship'])],
  ])('whose step in flight was %s cannot go on, but can be cancelled', (_, definition) => {
    const inFlight = [...done('Reserve'), started('Charge'), recovered];
    expect(shown(decide(definition, stateOf(inFlight)))).toBe('parked definition-mismatch Charge');
    expect(shown(decide(definition, stateOf(inFlight, cancelled)))).toBe('compensating');
  });

  it('is undone by label, whatever the order is now, retired steps included', () => {
    const definition = plan(['Ship', 'Reserve'], { retired: [retired('Charge')] });
    const back = [...done('Reserve'), ...done('Charge'), ...failed('Ship'), turned, recovered];
    expect(shown(decide(definition, stateOf(back)))).toBe('undo Charge 1');
    expect(shown(decide(definition, stateOf(back, undone('Charge'))))).toBe('undo Reserve 1');
    const end = stateOf(back, undone('Charge'), undone('Reserve'));
    expect(shown(decide(definition, end))).toBe('compensated');
  });

  it('is parked naming the undo that is missing, after all the others were undone', () => {
    const back = [...done('Reserve'), ...done('Charge'), ...failed('Ship'), turned, recovered];
    const definition = plan(['Reserve', 'Ship']);
    expect(shown(decide(definition, stateOf(back)))).toBe('undo Reserve 1');
    const end = stateOf(back, undone('Reserve'));
    expect(shown(decide(definition, end))).toBe('parked definition-mismatch Charge');
  });

  it("is parked at once at a missing undo with 'halt'", () => {
    const back = [...done('Reserve'), ...done('Charge'), ...failed('Ship'), turned, recovered];
    const definition = plan(['Reserve', 'Ship'], { onCompensationFailure: 'halt' });
    expect(shown(decide(definition, stateOf(back)))).toBe('parked definition-mismatch Charge');
  });

  it('owes no undo for a step that never had one', () => {
    const back = [started('Look', 1, false), ...done('Reserve').slice(1)];
    const state = stateOf(back, turned, undone('Reserve'));
    expect(shown(decide(plan(['Reserve']), state))).toBe('compensated');
  });
});

describe('a resume after the plan was changed', () => {
  it('goes on at the next step, passing over what was skipped', () => {
    const definition = plan(['Reserve', 'Charge', 'Ship', 'Mail']);
    const state = stateOf({ type: 'resumed', skip: ['Reserve', 'Charge'] }, done('Ship'));
    expect(shown(decide(definition, state))).toBe('run Mail 1');
    expect(firstOpenLabel(definition, state)).toBe('Mail');
  });

  it('names the open step, else the next, else the last', () => {
    const definition = plan(['Reserve', 'Charge']);
    expect(firstOpenLabel(definition, stateOf())).toBe('Reserve');
    expect(firstOpenLabel(definition, stateOf(done('Reserve')))).toBe('Charge');
    expect(firstOpenLabel(definition, stateOf(failed('Reserve')))).toBe('Reserve');
    expect(firstOpenLabel(definition, stateOf(done('Reserve'), done('Charge')))).toBe('Charge');
    expect(firstOpenLabel(plan(['New']), stateOf(done('Reserve'), recovered))).toBe('Reserve');
  });

  it('is refused for a saga that was terminated', () => {
    const definition = plan(['Reserve']);
    const state = stateOf(done('Reserve'), { type: 'parked', reason: 'terminated' });
    expect(() => resumeOf(definition, state, 'Reserve')).toThrow(/was terminated/);
  });
});
