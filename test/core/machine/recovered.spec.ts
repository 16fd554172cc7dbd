import {
  decide,
  defineSaga,
  evolve,
  SagaState,
  type AnySagaStep,
} from 'nestjs-saga-orchestrator/core';
import {
  cancelled,
  done,
  failed,
  recovered,
  shown,
  started,
  stateOf,
  turned,
  undoFailed,
  undone,
  undoStarted,
} from '../../support/records.js';

const act = () => undefined;

/** Reserve, then a Charge with these settings. */
function plan(charge: Partial<AnySagaStep<unknown>> = {}) {
  const step = (label: string) => ({ label, action: act, compensate: act });
  return defineSaga('PlaceOrder', [step('Reserve'), { ...step('Charge'), ...charge }]);
}

const next = (definition: ReturnType<typeof plan>, state: SagaState) =>
  shown(decide(definition, state));

const inFlight = [...done('Reserve'), started('Charge')];

describe('a saga whose process died while an action was in flight (semantics 25, 26)', () => {
  it('makes the same attempt again: it uses up no try', () => {
    expect(next(plan(), stateOf(inFlight, recovered))).toBe('run Charge 1');
    const second = stateOf(done('Reserve'), failed('Charge'), started('Charge', 2), recovered);
    expect(next(plan({ retry: 1 }), second)).toBe('run Charge 2');
  });

  it('is in doubt, parked, when that step must not be repeated', () => {
    const state = stateOf(inFlight, recovered);
    expect(next(plan({ idempotent: false }), state)).toBe('parked in-doubt Charge');
  });

  it.each([
    ['done', 'completed'],
    ['not-done', 'run Charge 1'],
    ['unknown', 'parked in-doubt Charge'],
  ] as const)('asks the probe first; when it answers %s: %s', (answer, then) => {
    const definition = plan({ idempotent: false, probe: () => 'unknown' });
    const state = stateOf(inFlight, recovered);
    expect(next(definition, state)).toBe('probe Charge');
    evolve(state, { type: 'probed', label: 'Charge', answer, result: undefined, pivot: false });
    expect(next(definition, state)).toBe(then);
  });

  it('asks again after the next crash: the doubt is a new one', () => {
    const definition = plan({ probe: () => 'unknown' });
    const probed = {
      type: 'probed',
      label: 'Charge',
      answer: 'unknown',
      result: 0,
      pivot: false,
    } as const;
    const state = stateOf(inFlight, recovered, probed, started('Charge'), recovered);
    expect(next(definition, state)).toBe('probe Charge');
  });

  it('starts compensating when it was cancelled meanwhile, and undoes the step as unknown', () => {
    const state = stateOf(inFlight, cancelled, recovered);
    expect(next(plan(), state)).toBe('compensating');
    evolve(state, turned);
    expect(next(plan(), state)).toBe('undo Charge 1');
    expect(state.step('Charge')?.outcome).toBe('unknown');
  });
});

describe('a saga whose process died while it undid (semantics 27b)', () => {
  const back = [...done('Reserve'), ...done('Charge'), turned];

  it('makes the undo in flight again, with the same number', () => {
    expect(next(plan(), stateOf(back, undoStarted('Charge'), recovered))).toBe('undo Charge 1');
    const second = stateOf(
      back,
      undoFailed('Charge', 1, true),
      undoStarted('Charge', 2),
      recovered,
    );
    expect(next(plan(), second)).toBe('undo Charge 2');
  });

  it('never repeats a finished one, and skips none', () => {
    expect(next(plan(), stateOf(back, undone('Charge'), recovered))).toBe('undo Reserve 1');
  });

  it('never goes forward again', () => {
    const state = stateOf(back, undone('Charge'), recovered, undone('Reserve'), recovered);
    expect(next(plan(), state)).toBe('compensated');
  });
});

describe('the fold', () => {
  it('counts take-overs without progress', () => {
    const state = stateOf(inFlight, recovered, recovered);
    expect(state.recoveries).toBe(2);
    expect(stateOf(inFlight, recovered, failed('Charge')).recoveries).toBe(0);
  });

  it('takes an action or an undo whose start nobody wrote down', () => {
    const [, charged] = done('Charge');
    const state = stateOf(charged as never, { type: 'undone', label: 'Charge', attempt: 1 });
    expect(state.step('Charge')).toMatchObject({ phase: 'done', undo: { phase: 'done' } });
    const probed = {
      type: 'probed',
      label: 'Look',
      answer: 'done',
      result: 1,
      pivot: true,
    } as const;
    expect(stateOf(probed)).toMatchObject({ pivoted: true, started: 1 });
  });

  it('refuses a record that it does not know', () => {
    expect(() => stateOf({ type: 'rewound' } as never)).toThrow(TypeError);
  });

  it('is at rest at its three ends only', () => {
    expect(stateOf(inFlight).atRest).toBe(false);
    expect(stateOf(inFlight, turned).atRest).toBe(false);
    for (const end of ['completed', 'compensated', 'parked'] as const) {
      const state = stateOf({ type: end, reason: 'terminated' } as never);
      expect(state.atRest).toBe(true);
      expect(next(plan(), state)).toBe('stop');
    }
  });
});
