import {
  decide,
  defineSaga,
  type AnySagaStep,
  type SagaRecord,
  type SagaState,
} from 'nestjs-saga-orchestrator/core';
import { failureOf, type OperatorCommand } from '../../../lib/core/machine/index.js';
import {
  cancelled,
  done,
  failed,
  parked,
  recovered,
  refusalOf,
  resumeOf,
  shown,
  started,
  stateOf,
  turned,
  undoFailed,
  undone,
} from '../../support/records.js';

const act = () => undefined;
const step = (label: string, options = {}): AnySagaStep<unknown> => ({
  label,
  action: act,
  compensate: act,
  ...options,
});
const plan = defineSaga('PlaceOrder', [
  step('Reserve', { compensationRetry: 0 }),
  step('Charge', { compensationRetry: 0, compensateOn: 'attempted' }),
  step('Ship'),
]);

const next = (state: SagaState) => shown(decide(plan, state));
const by = { type: 'manual', by: 'ada', reason: 'called the bank' } as const;
const cancel = { type: 'cancel', by: 'operator', reason: 'no' } as const;
const command = (command: OperatorCommand) =>
  ({ type: 'command', command, by: 'ada', reason: 'called the bank' }) as const;
const manual = (act: object) => ({ ...by, ...act }) as SagaRecord;

const failedUndo = [
  ...done('Reserve'),
  ...done('Charge'),
  ...failed('Ship'),
  turned,
  ...undoFailed('Charge'),
  ...undone('Reserve'),
  { type: 'parked', reason: 'compensation-failed', label: 'Charge' },
] as const;
const inDoubt = [...done('Reserve'), ...failed('Charge', 'unknown'), parked('in-doubt', 'Charge')];
const afterPivot = [
  ...done('Reserve', { pivot: true }),
  ...failed('Charge'),
  parked('failed-after-pivot', 'Charge'),
];

describe('what an operator may do to a parked saga', () => {
  it('retry-compensation gives the undos that failed all of their tries again, no other', () => {
    const state = stateOf(failedUndo, manual({ act: 'retry-compensation' }));
    expect(next(state)).toBe('undo Charge 1');
    expect(next(stateOf(failedUndo, manual({ act: 'retry-compensation' }), undone('Charge')))).toBe(
      'compensated',
    );
  });

  it('mark-compensated says that an undo was done by hand', () => {
    const state = stateOf(failedUndo, manual({ act: 'mark-compensated', label: 'Charge' }));
    expect(next(state)).toBe('compensated');
    expect(failureOf('PlaceOrder', 's-1', state)).toMatchObject({
      compensated: ['Charge', 'Reserve'],
      compensationErrors: [],
    });
  });

  it('mark-compensated may settle an undo that a deploy removed', () => {
    const back = [...done('Coupon'), ...failed('Reserve'), turned];
    const lost = stateOf(back, { type: 'parked', reason: 'definition-mismatch', label: 'Coupon' });
    expect(
      refusalOf(plan, lost, command({ act: 'mark-compensated', label: 'Coupon' })),
    ).toBeUndefined();
    const state = stateOf(back, manual({ act: 'mark-compensated', label: 'Coupon' }));
    expect(next(state)).toBe('compensated');
  });

  it('mark-done settles a doubt: the saga goes on with that result', () => {
    const state = stateOf(
      inDoubt,
      manual({ act: 'mark-done', label: 'Charge', result: 'tx-1', pivot: true }),
    );
    expect(next(state)).toBe('run Ship 1');
    expect(state.step('Charge')).toMatchObject({ result: 'tx-1', outcome: 'done' });
    expect(state.pivoted).toBe(true);
  });

  describe('mark-not-done settles a doubt the other way', () => {
    const notDone = manual({ act: 'mark-not-done', label: 'Ship' });
    const careful = defineSaga('PlaceOrder', [
      step('Reserve'),
      step('Charge', { compensateOn: 'attempted' }),
      step('Ship', { idempotent: false, probe: () => 'unknown' }),
    ]);
    const doubt = [
      ...done('Reserve'),
      started('Ship'),
      recovered,
      { type: 'probed', label: 'Ship', answer: 'unknown', result: undefined, pivot: false },
      parked('in-doubt', 'Ship'),
    ] as const;
    const decided = (state: SagaState) => shown(decide(careful, state));

    it('the saga stays parked until somebody chooses the way', () => {
      const state = stateOf(doubt, notDone);
      expect(state.parked).toEqual({ reason: 'in-doubt', label: 'Ship' });
      expect(state.step('Ship')?.outcome).toBe('not-done');
      expect(decided(state)).toBe('stop');
    });

    it('a resume runs the step, also one that must not be repeated, and asks no probe', () => {
      const state = stateOf(doubt, notDone);
      const resumed = resumeOf(careful, state, 'Ship');
      expect(decided(stateOf(doubt, notDone, resumed))).toBe('run Ship 1');
      expect(decided(stateOf(doubt, resumeOf(careful, stateOf(doubt), 'Ship')))).toBe('probe Ship');
    });

    it('a cancel undoes the others, and not this one', () => {
      const back = stateOf(doubt, notDone, cancelled, turned);
      expect(decided(back)).toBe('undo Reserve 1');
      expect(decided(stateOf(doubt, cancelled, turned))).toBe('undo Ship 1');
    });

    it('a cancel undoes it all the same where that is asked for attempts', () => {
      const state = stateOf(
        inDoubt,
        manual({ act: 'mark-not-done', label: 'Charge' }),
        cancelled,
        turned,
      );
      expect(next(state)).toBe('undo Charge 1');
    });

    it('what was perhaps the point of no return can be cancelled then', () => {
      const final = defineSaga('PlaceOrder', [
        step('Reserve'),
        { label: 'Ship', action: act, pivot: true },
      ]);
      const lost = [...done('Reserve'), ...failed('Ship', 'unknown'), parked('in-doubt', 'Ship')];
      expect(shown(decide(final, stateOf(lost, cancelled)))).toBe('parked in-doubt Ship');
      expect(shown(decide(final, stateOf(lost, notDone, cancelled)))).toBe('compensating');
    });

    it('a doubt that comes after it is a doubt again', () => {
      const again = [notDone, { type: 'resumed', skip: [] } as const, started('Ship'), recovered];
      expect(decided(stateOf(doubt, again))).toBe('probe Ship');
    });
  });

  it('terminate ends it where it stands, without compensation, for good', () => {
    const state = stateOf(done('Reserve'), manual({ act: 'terminate' }));
    expect(state.parked).toEqual({ reason: 'terminated' });
    expect(next(state)).toBe('stop');
    expect(() => resumeOf(plan, state, 'Charge')).toThrow(/terminated/);
    expect(refusalOf(plan, state, cancel)).toMatch(/terminated/);
    expect(refusalOf(plan, state, command({ act: 'mark-done', label: 'Reserve' }))).toMatch(
      /terminated/,
    );
  });

  it('terminate leaves an account of what was done and is not undone', () => {
    const state = stateOf(done('Reserve'), manual({ act: 'terminate' }));
    expect(failureOf('PlaceOrder', 's-1', state)).toMatchObject({
      status: 'parked',
      parkReason: 'terminated',
      cause: undefined,
      notCompensated: ['Reserve'],
    });
    expect(failureOf('PlaceOrder', 's-1', state)).not.toHaveProperty('failedLabel');
  });

  it('a cancel sends one that was parked on its way forward back', () => {
    expect(next(stateOf(inDoubt, cancelled))).toBe('compensating');
    expect(next(stateOf(failedUndo, cancelled))).toBe('stop');
    expect(next(stateOf(afterPivot, cancelled))).toBe('stop');
  });

  it('a resume goes on without a result that could not be stored, past the pivot', () => {
    const lost = done('Reserve', { pivot: true, unstorable: new Error('a function') });
    const state = stateOf(lost);
    expect(next(state)).toBe('parked failed-after-pivot Reserve');
    expect(
      next(stateOf(lost, parked('failed-after-pivot', 'Reserve'), resumeOf(plan, state, 'Charge'))),
    ).toBe('run Charge 1');
  });

  it('a result that could not be stored before the pivot is undone, even after a resume', () => {
    const lost = done('Reserve', { unstorable: new Error('a function') });
    const state = stateOf(lost);
    expect(next(state)).toBe('compensating');
    const resumed = { type: 'resumed', skip: [] } as const;
    expect(next(stateOf(lost, resumed))).toBe('compensating');
  });
});

describe('what an operator may not do', () => {
  const REFUSED: readonly (readonly [string, SagaState, OperatorCommand, RegExp])[] = [
    [
      'terminate what is completed',
      stateOf({ type: 'completed' }),
      { act: 'terminate' },
      /completed/,
    ],
    [
      'terminate what is compensated',
      stateOf({ type: 'compensated' }),
      { act: 'terminate' },
      /compensated/,
    ],
    [
      'touch what is running',
      stateOf(done('Reserve')),
      { act: 'retry-compensation' },
      /running, not parked/,
    ],
    [
      'undo again what goes forward',
      stateOf(inDoubt),
      { act: 'retry-compensation' },
      /cancel it first/,
    ],
    [
      'mark a step undone on the way forward',
      stateOf(inDoubt),
      { act: 'mark-compensated', label: 'Charge' },
      /cancel it first/,
    ],
    [
      'resurrect what is being undone',
      stateOf(failedUndo),
      { act: 'mark-done', label: 'Ship' },
      /begun to undo/,
    ],
    [
      'mark a step that never started',
      stateOf(inDoubt),
      { act: 'mark-done', label: 'Ship' },
      /not started/,
    ],
    [
      'mark a step done twice',
      stateOf(inDoubt),
      { act: 'mark-done', label: 'Reserve' },
      /done already/,
    ],
    [
      'say that what is done was not done',
      stateOf(inDoubt),
      { act: 'mark-not-done', label: 'Reserve' },
      /'Reserve' is done/,
    ],
    [
      'settle a doubt that is none',
      stateOf(afterPivot),
      { act: 'mark-not-done', label: 'Charge' },
      /'Charge' is not in doubt/,
    ],
    [
      'settle a doubt twice',
      stateOf(inDoubt, manual({ act: 'mark-not-done', label: 'Charge' })),
      { act: 'mark-not-done', label: 'Charge' },
      /'Charge' is not in doubt/,
    ],
    [
      'say that what never started was not done',
      stateOf(inDoubt),
      { act: 'mark-not-done', label: 'Ship' },
      /not started/,
    ],
    [
      'say while it compensates that a step was not done',
      stateOf(failedUndo),
      { act: 'mark-not-done', label: 'Charge' },
      /begun to undo/,
    ],
    [
      'settle the doubt of what was terminated',
      stateOf(started('Charge'), manual({ act: 'terminate' }), recovered),
      { act: 'mark-not-done', label: 'Charge' },
      /terminated/,
    ],
    [
      'mark a step undone twice',
      stateOf(failedUndo),
      { act: 'mark-compensated', label: 'Reserve' },
      /undone already/,
    ],
    [
      'mark undone what never happened',
      stateOf(failedUndo),
      { act: 'mark-compensated', label: 'Ship' },
      /did not take place/,
    ],
  ];

  it.each(REFUSED)('%s', (_, state, asked, why) => {
    expect(refusalOf(plan, state, command(asked))).toMatch(why);
  });

  it.each([
    ['completed', stateOf({ type: 'completed' }), /completed/],
    ['compensated', stateOf(turned, { type: 'compensated' }), /compensated/],
    ['compensating', stateOf(turned), /compensating already/],
    ['parked while compensating', stateOf(failedUndo), /parked/],
    ['past its pivot', stateOf(afterPivot), /pivot/],
  ])('cancel a saga that is %s', (_, state, why) => {
    expect(refusalOf(plan, state, cancel)).toMatch(why);
  });

  it.each([
    ['terminate what is parked', stateOf(failedUndo), { act: 'terminate' } as const],
    ['terminate what is running', stateOf(started('Reserve')), { act: 'terminate' } as const],
    ['retry its undos', stateOf(failedUndo), { act: 'retry-compensation' } as const],
    [
      'mark a failed undo',
      stateOf(failedUndo),
      { act: 'mark-compensated', label: 'Charge' } as const,
    ],
    ['mark a doubt', stateOf(inDoubt), { act: 'mark-done', label: 'Charge' } as const],
    ['deny a doubt', stateOf(inDoubt), { act: 'mark-not-done', label: 'Charge' } as const],
    [
      'take it for done after all',
      stateOf(inDoubt, manual({ act: 'mark-not-done', label: 'Charge' })),
      { act: 'mark-done', label: 'Charge' } as const,
    ],
  ])('but may %s', (_, state, asked) => {
    expect(refusalOf(plan, state, command(asked))).toBeUndefined();
  });

  it('but may settle the undo of a step that failed cleanly and was undone as attempted', () => {
    const state = stateOf(
      done('Reserve'),
      failed('Charge'),
      turned,
      undoFailed('Charge'),
      undone('Reserve'),
    );
    expect(next(state)).toBe('parked compensation-failed Charge');
    const stuck = stateOf(done('Reserve'), failed('Charge'), turned, undoFailed('Charge'), {
      type: 'parked',
      reason: 'compensation-failed',
    });
    expect(
      refusalOf(plan, stuck, command({ act: 'mark-compensated', label: 'Charge' })),
    ).toBeUndefined();
  });
});
