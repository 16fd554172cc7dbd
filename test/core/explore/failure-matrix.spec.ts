import {
  defineSaga,
  failureMatrix,
  failureMatrixMarkdown,
  NOTHING_TO_UNDO,
  simulate,
  type Failure,
} from 'nestjs-saga-orchestrator/core';

const nothing = (): undefined => undefined;

const PLACE_ORDER = defineSaga('PlaceOrder', [
  { label: 'Reserve', action: nothing, compensate: nothing, retry: 2 },
  { label: 'Charge', action: nothing, compensate: nothing, probe: () => 'done' },
  { label: 'Label', action: nothing, compensate: nothing, idempotent: false },
  { label: 'Ship', action: nothing, compensate: NOTHING_TO_UNDO, pivot: true },
  { label: 'Thank', action: nothing, compensate: NOTHING_TO_UNDO, retry: 1 },
]);

const endOf = (label: string, failure: Failure) => {
  const end = failureMatrix(PLACE_ORDER).find((row) => row.label === label)?.ends[failure];
  if (end === undefined) throw new Error(`no row ${label}`);
  return end;
};

describe('a simulated saga', () => {
  it('runs its steps in order when nothing befalls it', () => {
    expect(simulate(PLACE_ORDER)).toEqual({
      status: 'completed',
      parkReason: undefined,
      calls: ['Reserve', 'Charge', 'Label', 'Ship', 'Thank'],
      undone: [],
      standing: ['Reserve', 'Charge', 'Label', 'Ship', 'Thank'],
    });
  });

  it('takes faults of one call one after the other', () => {
    const { calls, status } = simulate(PLACE_ORDER, [
      { label: 'Reserve', kind: 'fails' },
      { label: 'Reserve', kind: 'answer-lost' },
    ]);
    expect(calls.slice(0, 4)).toEqual(['Reserve', 'Reserve', 'Reserve', 'Charge']);
    expect(status).toBe('completed');
  });

  it('is parked when its process dies in one step again and again', () => {
    const end = simulate(PLACE_ORDER, [{ label: 'Reserve', kind: 'crash', times: Infinity }]);
    expect(end).toMatchObject({ status: 'parked', parkReason: 'recovery-limit' });
  });
});

describe('a transactional step', () => {
  const plan = defineSaga('Transfer', [
    { label: 'Debit', transaction: true, action: nothing, compensate: nothing },
    { label: 'Credit', transaction: true, action: nothing, compensate: nothing, retry: 1 },
  ]);
  const end = (failure: Failure) => failureMatrix(plan)[1]?.ends[failure];

  // Its effect and its record stand together or not at all: neither is ever in doubt.
  it.each<[Failure, object]>([
    ['says no', { status: 'compensated', undone: ['Debit'], standing: [] }],
    ['answer is lost', { status: 'completed', calls: ['Debit', 'Credit'] }],
    ['process dies in it', { status: 'completed', calls: ['Debit', 'Credit', 'Credit'] }],
    ['cancelled in it', { status: 'compensated', undone: ['Debit'] }],
    ['its undo fails', { status: 'compensated', undone: ['Debit'] }],
  ])('%s', (failure, expected) => {
    expect(end(failure)).toMatchObject(expected);
  });

  it('is parked when its process dies in it again and again, and its undo is repeated', () => {
    const often = { label: 'Credit', kind: 'crash', times: Infinity } as const;
    expect(simulate(plan, [often])).toMatchObject({ parkReason: 'recovery-limit' });
    const undone = simulate(plan, [
      { label: 'Credit', kind: 'says-no' },
      { label: 'Debit', direction: 'undo', kind: 'crash' },
    ]);
    expect(undone).toMatchObject({
      status: 'compensated',
      undone: ['Debit'],
      calls: ['Debit', 'Credit', 'undo Debit', 'undo Debit'],
    });
  });
});

describe('the failure matrix', () => {
  it.each<[string, Failure, object]>([
    ['Reserve', 'says no', { status: 'compensated', calls: ['Reserve'], standing: [] }],
    ['Reserve', 'keeps failing', { calls: ['Reserve', 'Reserve', 'Reserve'] }],
    ['Charge', 'says no', { status: 'compensated', undone: ['Reserve'] }],
    // The probe knows that it took place.
    ['Charge', 'answer is lost', { status: 'completed' }],
    // Nobody to ask, and not to be repeated: undone as unknown.
    ['Label', 'answer is lost', { status: 'compensated', undone: ['Label', 'Charge', 'Reserve'] }],
    ['Label', 'process dies in it', { status: 'parked', parkReason: 'in-doubt' }],
    ['Reserve', 'process dies in it', { status: 'completed' }],
    ['Reserve', 'cancelled in it', { status: 'compensated', undone: ['Reserve'] }],
    [
      'Reserve',
      'its undo fails',
      { status: 'parked', parkReason: 'compensation-failed', standing: ['Reserve'] },
    ],
    ['Thank', 'keeps failing', { status: 'parked', parkReason: 'failed-after-pivot', undone: [] }],
    // There is nothing to undo in it, and the others cannot be undone either.
    ['Ship', 'answer is lost', { status: 'parked', parkReason: 'in-doubt' }],
  ])('%s: %s', (label, failure, end) => {
    expect(endOf(label, failure)).toMatchObject(end);
  });

  it('leaves nothing standing wherever it says compensated', () => {
    for (const { ends } of failureMatrix(PLACE_ORDER)) {
      for (const { status, standing } of Object.values(ends)) {
        if (status === 'compensated') expect(standing).toEqual([]);
      }
    }
  });

  it('is a table of Markdown whose cells no label can break', () => {
    const odd = defineSaga('Odd', [{ label: 'a|b\nc', action: nothing, compensate: nothing }]);
    const lines = failureMatrixMarkdown(failureMatrix(odd)).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[2]).toContain('| a\\|b c |');
    expect(new Set(lines.map((line) => line.split(/(?<!\\)\|/).length))).toEqual(new Set([9]));
  });
});
