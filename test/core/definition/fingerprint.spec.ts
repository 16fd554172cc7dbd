import {
  defineSaga,
  NOTHING_TO_UNDO,
  type SagaDefinitionOptions,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';

const act = () => undefined;
const undo = () => undefined;
const reserve: SagaStep<object> = { label: 'Reserve', action: act, compensate: undo };
const charge: SagaStep<object> = { label: 'Charge', action: act, compensate: undo };

function print(
  steps: readonly object[] = [reserve, charge],
  options: SagaDefinitionOptions & { retired?: object[] } = {},
  name = 'PlaceOrder',
): string {
  return defineSaga(name, steps as never, options as never).fingerprint;
}

describe('the fingerprint of a definition', () => {
  it('is 16 hex digits, the same for the same plan', () => {
    expect(print()).toMatch(/^[0-9a-f]{16}$/);
    expect(print()).toBe(print());
  });

  it.each([
    ['a label', [{ ...reserve, label: 'Hold' }, charge], {}],
    ['the order', [charge, reserve], {}],
    ['a further step', [reserve, charge, { label: 'Ship', action: act }], {}],
    ['a missing step', [reserve], {}],
    ['an undo that is gone', [reserve, { label: 'Charge', action: act }], {}],
    ['a pivot', [reserve, { ...charge, pivot: true }], {}],
    ['compensateOn', [reserve, { ...charge, compensateOn: 'attempted' }], {}],
    ['idempotent', [reserve, { ...charge, idempotent: false }], {}],
    ['a probe', [reserve, { ...charge, probe: () => 'done' }], {}],
    ['the version', undefined, { version: 2 }],
    ['onCompensationFailure', undefined, { onCompensationFailure: 'halt' }],
    ['a retired step', undefined, { retired: [{ label: 'Coupon', compensate: undo }] }],
  ] as const)('changes with %s', (_, steps, options) => {
    expect(print(steps, options as never)).not.toBe(print());
  });

  it('tells a retired step from one that runs', () => {
    const coupon = { label: 'Coupon', compensate: undo };
    const retired = print([reserve], { retired: [coupon] });
    expect(retired).not.toBe(print([reserve, { ...coupon, action: act }]));
  });

  it.each([
    ['retry', { retry: 5 }],
    ['timeout', { timeout: 1_000, timeoutGrace: 0 }],
    ['the patience of the undo', { compensationRetry: 9, compensationTimeout: 5 }],
    ['onError', { onError: () => undefined }],
    ['the functions themselves', { action: () => 'other', compensate: () => 'other' }],
  ])('does not change with %s', (_, options) => {
    expect(print([reserve, { ...charge, ...options }])).toBe(print());
  });

  it('does not tell a missing undo from one that is meant to be missing', () => {
    const bare = { label: 'Charge', action: act };
    expect(print([reserve, { ...bare, compensate: NOTHING_TO_UNDO }])).toBe(print([reserve, bare]));
  });

  it('does not change with the name: it is asked for within one name', () => {
    expect(print(undefined, {}, 'Other')).toBe(print());
  });

  it('cannot be led astray by labels that look like its own form', () => {
    expect(print([{ ...reserve, label: 'a","b' }])).not.toBe(
      print([
        { ...reserve, label: 'a' },
        { ...charge, label: 'b' },
      ]),
    );
  });
});
