import { defineSaga, receive, type SagaSignal } from 'nestjs-saga-orchestrator/core';
import {
  cancelled,
  done,
  failed,
  parked,
  receivedBy,
  recovered,
  refusalOf,
  started,
  stateOf,
  turned,
} from '../../support/records.js';

const act = () => undefined;
const plan = defineSaga('PlaceOrder', [
  { label: 'Reserve', action: act, compensate: act },
  { label: 'Charge', action: act, pivot: true },
  { label: 'Ship', action: act },
]);
const cancel = (by: 'operator' | 'deadline' = 'operator'): SagaSignal => ({
  type: 'cancel',
  by,
  reason: 'no longer wanted',
});
const takeOver = (about: object = {}): SagaSignal => ({
  type: 'take-over',
  owner: 'bert',
  ...about,
});
const recoveredByBert = { type: 'recovered', owner: 'bert' };
const pivoted = [...done('Reserve'), ...done('Charge', { pivot: true })];

describe('what reaches a saga from outside', () => {
  it.each(['operator', 'deadline'] as const)('a cancel by the %s is a record', (by) => {
    expect(receivedBy(plan, stateOf(done('Reserve')), cancel(by))).toEqual([
      { type: 'cancel-requested', by, reason: 'no longer wanted' },
    ]);
  });

  it('a second cancel says nothing new, be it compensating already or not', () => {
    expect(receivedBy(plan, stateOf(done('Reserve'), cancelled), cancel())).toEqual([]);
    expect(receivedBy(plan, stateOf(done('Reserve'), cancelled, turned), cancel())).toEqual([]);
  });

  it('a cancel of what is parked is a new one, though it was cancelled before', () => {
    const doubt = parked('in-doubt', 'Charge');
    const state = stateOf(done('Reserve'), failed('Charge', 'unknown'), cancelled, doubt);
    expect(receivedBy(plan, state, cancel())).toHaveLength(1);
  });

  it('a take-over is a record, with when its probe may be asked', () => {
    const state = stateOf(done('Reserve'), started('Charge'));
    expect(receivedBy(plan, state, takeOver())).toEqual([recoveredByBert]);
    expect(receivedBy(plan, state, takeOver({ orderly: true, probeAt: 7 }))).toEqual([
      { ...recoveredByBert, orderly: true, probeAt: 7 },
    ]);
  });

  it('a take-over makes the cancel that was left a record, unless that came too late', () => {
    const left = takeOver({ cancel: 'too dear' });
    expect(receivedBy(plan, stateOf(done('Reserve')), left)).toEqual([
      recoveredByBert,
      { type: 'cancel-requested', by: 'operator', reason: 'too dear' },
    ]);
    for (const state of [stateOf(pivoted), stateOf(done('Reserve'), cancelled), stateOf(turned)]) {
      expect(receivedBy(plan, state, left)).toEqual([recoveredByBert]);
    }
  });

  it.each([
    ['as the journal counts', [], { recoveries: 3, maxRecoveries: 2 }, true],
    ['as the journal counts', [], { recoveries: 2, maxRecoveries: 2 }, false],
    ['as its records tell', [recovered, recovered], { maxRecoveries: 2 }, true],
    ['as its records tell', [recovered], { maxRecoveries: 2 }, false],
    ['one that nobody died of', [recovered, recovered], { maxRecoveries: 2, orderly: true }, false],
    ['whom no limit is set', [recovered, recovered], {}, false],
  ] as const)('too many take-overs park it: %s', (_, before, about, isParked) => {
    const records = receivedBy(plan, stateOf(started('Reserve'), before), takeOver(about));
    expect(records.at(-1)).toEqual(
      isParked
        ? { type: 'parked', reason: 'recovery-limit' }
        : expect.objectContaining(recoveredByBert),
    );
  });

  it('who cancels it gives it all of its take-overs again', () => {
    const records = receivedBy(
      plan,
      stateOf(started('Reserve')),
      takeOver({ cancel: 'no', recoveries: 9, maxRecoveries: 2 }),
    );
    expect(records.map(({ type }) => type)).toEqual(['recovered', 'cancel-requested']);
  });

  it('a step is not marked as done where the deadline would undo it at once', () => {
    const state = stateOf(failed('Reserve', 'unknown'), parked('in-doubt', 'Reserve'));
    const mark = (label: string): SagaSignal => ({
      type: 'command',
      command: { act: 'mark-done', label },
      ...{ by: 'eve', reason: 'seen' },
      missedDeadline: 0,
    });
    expect(refusalOf(plan, state, mark('Reserve'))).toMatch(
      /^its deadline passed at 1970-01-01T00:00:00.000Z, .*cancel it, which undoes 'Reserve'/,
    );
    const pivot = stateOf(
      done('Reserve'),
      failed('Charge', 'unknown'),
      parked('in-doubt', 'Charge'),
    );
    expect(receivedBy(plan, pivot, mark('Charge'))).toMatchObject([
      { act: 'mark-done', pivot: true },
    ]);
  });

  it.each([
    ['an unknown label', 'Nope', stateOf(), /its labels are 'Reserve', 'Charge', 'Ship'/],
    ['what it undoes', 'Ship', stateOf(turned), /begun to undo/],
    ['a step behind an open one', 'Ship', stateOf(failed('Reserve')), /'Reserve' was started/],
  ])('a resume is refused from %s', (_, from, state, why) => {
    expect(refusalOf(plan, state, { type: 'resume', from })).toMatch(why);
  });

  it('changes nothing itself', () => {
    const state = stateOf(done('Reserve'));
    const before = structuredClone(state.steps.map(({ label, phase }) => ({ label, phase })));
    for (const signal of [cancel(), takeOver({ cancel: 'no' }), { type: 'resume' } as const]) {
      receive(plan, state, signal);
    }
    expect(state.steps.map(({ label, phase }) => ({ label, phase }))).toEqual(before);
    expect([state.status, state.cancel, state.recoveries]).toEqual(['running', undefined, 0]);
  });
});
