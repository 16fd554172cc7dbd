import {
  AlreadyUndoneError,
  CannotCompensateError,
  isSagaError,
  LeaseLostError,
  NonRetryableError,
  OutcomeUnknownError,
  SagaBlockedError,
  SagaCancelledError,
  SagaConflictError,
  SagaDefinitionError,
  SagaError,
  SagaInterruptedError,
  SagaJournalError,
  SagaNotFoundError,
  SagaOptionsError,
  SagaSerializationError,
  SagaStateError,
  SagaTimeoutError,
} from 'nestjs-saga-orchestrator/core';

const EVERY: readonly SagaError[] = [
  new AlreadyUndoneError('x'),
  new CannotCompensateError('x'),
  new LeaseLostError('x'),
  new NonRetryableError('x'),
  new OutcomeUnknownError('x'),
  new SagaBlockedError('x'),
  new SagaCancelledError('x', 'operator'),
  new SagaConflictError('x'),
  new SagaDefinitionError('PlaceOrder', ['x']),
  new SagaInterruptedError('PlaceOrder', 's-1', 'x'),
  new SagaJournalError('x'),
  new SagaNotFoundError('x'),
  new SagaOptionsError('x'),
  new SagaSerializationError('$.a', 'is x'),
  new SagaStateError('x'),
  new SagaTimeoutError('x'),
];

describe('the errors of this package', () => {
  it.each(EVERY.map((error) => [error.name, error] as const))(
    '%s has its brand and code',
    (name, error) => {
      expect(error).toBeInstanceOf(SagaError);
      expect(error).toBeInstanceOf(Error);
      expect(error.name).toBe(name);
      expect(isSagaError(error)).toBe(true);
      expect(isSagaError(error, error.code)).toBe(true);
      expect(isSagaError(error, 'SAGA_EXECUTION')).toBe(false);
      expect(error.message).toContain('x');
    },
  );

  it('have different codes', () => {
    expect(new Set(EVERY.map(({ code }) => code)).size).toBe(EVERY.length);
  });

  it('keep their cause', () => {
    const cause = new Error('socket hang up');
    expect(new SagaJournalError('x', { cause }).cause).toBe(cause);
    expect(new SagaInterruptedError('PlaceOrder', 's-1', 'x', { cause }).cause).toBe(cause);
    expect(new SagaStateError('x')).not.toHaveProperty('cause');
  });

  it('are known across copies of the package, by their brand', () => {
    const brand = Symbol.for('nestjs-saga-orchestrator.error');
    const foreign = Object.assign(new Error('x'), { [brand]: true, code: 'SAGA_TIMEOUT' });
    expect(isSagaError(foreign, 'SAGA_TIMEOUT')).toBe(true);
    for (const other of [
      new Error('x'),
      null,
      undefined,
      'SAGA_TIMEOUT',
      { code: 'SAGA_TIMEOUT' },
    ]) {
      expect(isSagaError(other)).toBe(false);
    }
  });

  it('of a cancel say who asked for it', () => {
    expect(new SagaCancelledError('no stock', 'operator').message).toBe('Cancelled: no stock');
    expect(new SagaCancelledError('deadline', 'deadline').message).toMatch(/deadline .* passed/);
  });
});
