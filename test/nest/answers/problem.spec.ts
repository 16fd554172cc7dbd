import {
  SagaBlockedError,
  CannotCompensateError,
  SagaCancelledError,
  SagaConflictError,
  SagaDefinitionError,
  SagaExecutionException,
  SagaInputError,
  SagaInterruptedError,
  SagaJournalError,
  SagaNewerError,
  SagaNotFoundError,
  SagaOptionsError,
  SagaSerializationError,
  SagaStateError,
  SagaTimeoutError,
  AlreadyUndoneError,
  LeaseLostError,
  NonRetryableError,
  OutcomeUnknownError,
  ResultError,
  type SagaError,
} from 'nestjs-saga-orchestrator/core';
import { problemOf } from '../../../lib/nest/answers/problem.js';

const SECRET = 'card 4111-1111 of ann@db-7.internal';

function failed(status: 'compensated' | 'parked', cause: unknown): SagaExecutionException {
  return new SagaExecutionException({
    ...{ sagaId: 'o-1', sagaName: 'PlaceOrder', status, cause, failedLabel: SECRET },
    ...{ compensated: [SECRET], notCompensated: [], skipped: [], compensationErrors: [] },
  });
}

const declined = new ResultError('CARD_DECLINED', SECRET);

describe('what a client is told of an error', () => {
  it.each<[SagaError, number]>([
    [new SagaOptionsError(SECRET), 400],
    [new SagaInputError(SECRET, [{ path: 'card', message: 'must be text' }]), 400],
    [new SagaSerializationError(`$.${SECRET}`, SECRET), 400],
    [new SagaSerializationError(`saga ${SECRET}`, SECRET), 500],
    [new SagaNotFoundError(SECRET), 404],
    [new SagaConflictError(SECRET), 409],
    [new SagaStateError(SECRET), 409],
    [new SagaCancelledError(SECRET, 'operator'), 409],
    [failed('compensated', declined), 409],
    [failed('parked', declined), 500],
    [new SagaInterruptedError(SECRET, 'o-1', SECRET), 503],
    [new SagaJournalError(SECRET), 503],
    [new LeaseLostError(SECRET), 503],
    [new SagaNewerError(SECRET), 503],
    [new SagaTimeoutError(SECRET), 504],
    [new SagaDefinitionError(SECRET, [SECRET]), 500],
    [new NonRetryableError(SECRET), 500],
    [new OutcomeUnknownError(SECRET), 500],
    [new AlreadyUndoneError(SECRET), 500],
    [new SagaBlockedError(SECRET), 409],
    [new CannotCompensateError(SECRET), 500],
  ])('%s: %d, and nothing of its own text', (error, status) => {
    const problem = problemOf(error, {});
    expect(problem).toMatchObject({ type: 'about:blank', status, code: error.code });
    expect(JSON.stringify(problem)).not.toContain(SECRET);
    expect(problem.sagaId).toBe('sagaId' in error ? 'o-1' : undefined);
  });

  it('has the status that the code of the failed step has', () => {
    const statuses = { CARD_DECLINED: 402 };
    expect(problemOf(failed('compensated', declined), statuses)).toEqual({
      ...{ type: 'about:blank', title: 'Payment Required', status: 402, code: 'CARD_DECLINED' },
      ...{ detail: expect.stringContaining('undone'), sagaId: 'o-1' },
    });
    // As a stored error comes back after a recovery, and that of a saga in a saga.
    const stored = Object.assign(new Error(SECRET), { code: 'CARD_DECLINED' });
    expect(problemOf(failed('compensated', stored), statuses).status).toBe(402);
    const inner = failed('compensated', declined);
    expect(problemOf(failed('compensated', inner), statuses)).toMatchObject({ status: 402 });
    // Never of one that is not all undone.
    expect(problemOf(failed('parked', declined), statuses)).toMatchObject({
      ...{ status: 500, code: 'SAGA_EXECUTION' },
    });
  });

  it('tells no code of a step that has no status, also one that every object has', () => {
    const odd = Object.assign(new Error(SECRET), { code: 'toString' });
    for (const cause of [declined, odd, SECRET, undefined, null]) {
      const problem = problemOf(failed('compensated', cause), { OUT_OF_STOCK: 410 });
      expect(problem).toMatchObject({ status: 409, code: 'SAGA_EXECUTION' });
    }
  });

  it('has another status for an error of this package, too', () => {
    const statuses = { SAGA_CONFLICT: 422, SAGA_CANCELLED: 410 };
    expect(problemOf(new SagaConflictError(SECRET), statuses)).toMatchObject({ status: 422 });
    const cancelled = failed('compensated', new SagaCancelledError(SECRET, 'deadline'));
    expect(problemOf(cancelled, statuses)).toMatchObject({ status: 410, code: 'SAGA_CANCELLED' });
  });

  it('ends, however sagas are nested', () => {
    const endless: { code: string; cause?: unknown } = { code: 'SAGA_EXECUTION' };
    endless.cause = endless;
    expect(problemOf(failed('compensated', endless), {}).status).toBe(409);
  });
});
