import {
  AlreadyUndoneError,
  CannotCompensateError,
  NonRetryableError,
  NOTHING_TO_UNDO,
  SagaTimeoutError,
} from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers, returns, throws } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

type Options = Parameters<Shop['step']>[1];

/** Three steps and a Ship that fails; the options are those of the middle one, Charge. */
function fails(charge: Options, saga: Parameters<Shop['saga']>[0] = {}) {
  const shop = new Shop();
  const chain = shop
    .saga(saga)
    .step(shop.step('Reserve'))
    .step(shop.step('Charge', charge))
    .step(shop.step('Pack'))
    .step(shop.step('Ship', { does: [declines('no courier')] }));
  return { shop, chain };
}

describe('compensation (semantics 4, 9)', () => {
  it('undoes in reverse order of start, one at a time, each awaited', async () => {
    const shop = new Shop();
    let running = 0;
    let most = 0;
    const slowly = async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => shop.clock.schedule(100, resolve));
      running -= 1;
    };
    let saga = shop.saga();
    for (const label of ['A', 'B', 'C']) saga = saga.step(shop.step(label, { undoes: [slowly] }));
    await shop.failure(saga.step(shop.step('D', { does: [declines()] })));
    expect(shop.log).toEqual(['A', 'B', 'C', 'D', 'undo C', 'undo B', 'undo A']);
    expect(most).toBe(1);
  });

  it('leaves out the step that failed cleanly', async () => {
    const { shop, chain } = fails({});
    const error = await shop.failure(chain);
    expect(shop.log.slice(4)).toEqual(['undo Pack', 'undo Charge', 'undo Reserve']);
    expect(error.compensated).toEqual(['Pack', 'Charge', 'Reserve']);
    expect(error.notCompensated).toEqual([]);
  });

  it("includes a cleanly failed step with compensateOn: 'attempted'", async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [declines()], compensateOn: 'attempted' });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'not-done', result: undefined });
    expect(error.compensated).toEqual(['Charge', 'Reserve']);
  });

  it('passes over steps that have nothing to undo, and lists them', async () => {
    const { shop, chain } = fails({ undoes: null });
    const error = await shop.failure(chain);
    expect(shop.log.slice(4)).toEqual(['undo Pack', 'undo Reserve']);
    expect(error).toMatchObject({ status: 'compensated', notCompensated: ['Charge'] });
  });

  it('takes NOTHING_TO_UNDO as said on purpose', async () => {
    const shop = new Shop();
    const look = { label: 'Look', action: () => 1, compensate: NOTHING_TO_UNDO };
    const saga = shop.saga().step(look as never);
    await shop.failure(saga.step(shop.step('Charge', { does: [declines()] })));
    expect(shop.log).toEqual(['Charge']);
  });

  it("shows an undo its step's result, all earlier results, the cause and the action's key", async () => {
    const { shop, chain } = fails({ does: [answers('tx-1')] });
    await shop.failure(chain);
    const ctx = shop.undoContext('Charge');
    const action = shop.calls.find(({ what }) => what === 'Charge')?.ctx;
    expect(ctx).toMatchObject({ outcome: 'done', result: 'tx-1', label: 'Charge', attempt: 1 });
    expect(ctx.cause).toMatchObject({ message: 'no courier' });
    expect(ctx.getStepResult('Charge')).toBe('tx-1');
    expect(ctx.actionIdempotencyKey).toBe(action?.idempotencyKey);
    expect(ctx.idempotencyKey).not.toBe(ctx.actionIdempotencyKey);
  });
});

describe('a failing compensation (semantics 10)', () => {
  it('is retried 3 further times, after 100, 200 and 400 ms, by default', async () => {
    const { shop, chain } = fails({ undoes: [declines('busy')] });
    await shop.failure(chain);
    expect(shop.times('undo Charge')).toEqual([0, 100, 300, 700]);
  });

  it('that succeeds in time leaves the saga compensated', async () => {
    const { shop, chain } = fails({ undoes: [throws(null), declines(), answers()] });
    const error = await shop.failure(chain);
    expect(error).toMatchObject({ status: 'compensated', compensationErrors: [] });
    expect(shop.log.slice(-1)).toEqual(['undo Reserve']);
  });

  it('has a retry policy of its own', async () => {
    const compensationRetry = { retries: 2, delay: 1_000, factor: 1, when: () => true };
    const { shop, chain } = fails({ undoes: [declines()], compensationRetry, retry: 9 });
    await shop.failure(chain);
    expect(shop.times('undo Charge')).toEqual([0, 1_000, 2_000]);
  });

  it('is told by `when` that there is no use', async () => {
    const compensationRetry = { retries: 5, when: () => false };
    const { shop, chain } = fails({ undoes: [declines()], compensationRetry });
    await shop.failure(chain);
    expect(shop.times('undo Charge')).toEqual([0]);
  });

  it('never blocks the others; the saga is parked, never called compensated', async () => {
    const { shop, chain } = fails({ undoes: [declines('refund refused')], compensationRetry: 0 });
    const error = await shop.failure(chain);
    expect(shop.log.slice(4)).toEqual(['undo Pack', 'undo Charge', 'undo Reserve']);
    expect(error).toMatchObject({
      status: 'parked',
      parkReason: 'compensation-failed',
      failedLabel: 'Ship',
      compensated: ['Pack', 'Reserve'],
      notCompensated: ['Charge'],
      compensationErrors: [{ label: 'Charge', error: { message: 'refund refused' } }],
    });
    expect(error.cause).toMatchObject({ message: 'no courier' });
  });

  it("stops at the first with onCompensationFailure: 'halt'", async () => {
    const options = { undoes: [declines()], compensationRetry: 0 };
    const { shop, chain } = fails(options, { onCompensationFailure: 'halt' });
    const error = await shop.failure(chain);
    expect(shop.log.slice(4)).toEqual(['undo Pack', 'undo Charge']);
    expect(error).toMatchObject({
      status: 'parked',
      compensated: ['Pack'],
      notCompensated: ['Reserve', 'Charge'],
    });
  });

  it('keeps the error of each undo that failed, whatever was thrown', async () => {
    const shop = new Shop();
    const broken = { undoes: [throws(null)], compensationRetry: 0 };
    const saga = shop.saga().step(shop.step('Reserve', broken)).step(shop.step('Pack', broken));
    const error = await shop.failure(saga.step(shop.step('Ship', { does: [declines()] })));
    expect(error.compensationErrors.map(({ label }) => label)).toEqual(['Reserve', 'Pack']);
    for (const { error: reason } of error.compensationErrors) expect(reason).toBeInstanceOf(Error);
  });

  it('is one that answers Err as well', async () => {
    const undoes = [returns({ isOk: () => false, isErr: () => true, error: 'refused' })];
    const { shop, chain } = fails({ undoes, compensationRetry: 0 });
    expect(await shop.failure(chain)).toMatchObject({ notCompensated: ['Charge'] });
  });
});

describe('what a compensation may throw (semantics 11)', () => {
  it('AlreadyUndoneError counts as undone', async () => {
    const { shop, chain } = fails({ undoes: [throws(new AlreadyUndoneError('refunded before'))] });
    const error = await shop.failure(chain);
    expect(shop.times('undo Charge')).toEqual([0]);
    expect(error).toMatchObject({ status: 'compensated', compensationErrors: [] });
    expect(error.compensated).toEqual(['Pack', 'Charge', 'Reserve']);
  });

  it.each([
    ['CannotCompensateError', new CannotCompensateError('card expired')],
    ['NonRetryableError', new NonRetryableError('card expired')],
  ])('%s stops its retries', async (_, thrown) => {
    const { shop, chain } = fails({ undoes: [throws(thrown)], compensationRetry: 9 });
    const error = await shop.failure(chain);
    expect(shop.times('undo Charge')).toEqual([0]);
    expect(error).toMatchObject({ status: 'parked', notCompensated: ['Charge'] });
  });
});

describe('an undo that never settles (semantics 10)', () => {
  it('is aborted after 30 s, retried, and in the end parked in a stated time', async () => {
    const { shop, chain } = fails({ undoes: [neverAnswers], compensationRetry: 1 });
    const error = await shop.failure(chain);
    expect(shop.times('undo Charge')).toHaveLength(2);
    expect(shop.times('undo Reserve')[0]).toBeLessThanOrEqual(2 * (30_000 + 5_000) + 100);
    expect(shop.calls.find(({ what }) => what === 'undo Charge')?.ctx.signal.aborted).toBe(true);
    expect(error).toMatchObject({ status: 'parked', parkReason: 'compensation-failed' });
    expect(error.compensationErrors[0]?.error).toBeInstanceOf(SagaTimeoutError);
  });

  it('has the time that its step gives it', async () => {
    const options = { undoes: [neverAnswers], compensationRetry: 0, compensationTimeout: 50 };
    const { shop, chain } = fails({ ...options, timeoutGrace: 0 });
    await shop.failure(chain);
    expect(shop.times('undo Reserve')[0]).toBeLessThanOrEqual(50 + 5_000);
  });
});
