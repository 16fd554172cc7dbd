import { Err, Ok, ResultError, ResultFactory } from 'nestjs-saga-orchestrator/core';

describe('ResultFactory', () => {
  it('makes successes, with and without a value', () => {
    const success = ResultFactory.success({ orderId: 'order-1' });
    expect(success).toBeInstanceOf(Ok);
    expect([success.isOk(), success.isErr(), success.value.orderId]).toEqual([
      true,
      false,
      'order-1',
    ]);
    expect(ResultFactory.success().value).toBeUndefined();
  });

  it('makes errors with a code, a message and a cause', () => {
    const cause = new Error('socket hang up');
    const failure = ResultFactory.error(503, 'Payment is down', cause);
    expect(failure).toBeInstanceOf(Err);
    expect([failure.isOk(), failure.isErr()]).toEqual([false, true]);
    expect(failure.error).toBeInstanceOf(ResultError);
    expect(failure.error).toMatchObject({
      name: 'ResultError',
      code: 503,
      message: 'Payment is down',
      cause,
      retryable: true,
    });
  });

  it('has an error class that can be thrown as well', () => {
    const error = new ResultError('DECLINED', 'card declined');
    expect(error).toMatchObject({ code: 'DECLINED', message: 'card declined', retryable: true });
    expect(error).not.toHaveProperty('cause');
  });

  it('makes errors that no further try can mend', () => {
    const { error } = ResultFactory.nonRetryable('CLOSED', 'Account closed');
    expect(error.retryable).toBe(false);
    expect(error).not.toHaveProperty('cause');
  });
});
