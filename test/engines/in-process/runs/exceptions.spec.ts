import { ResultFactory, SagaExecutionException } from 'nestjs-saga-orchestrator/core';
import { answers, declines, rejects, throws } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { gate, JournaledShop } from '../journaled-shop.js';

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

describe('SagaExecutionException of a journaled saga (semantics 14)', () => {
  it('comes only after the last undo has ended', async () => {
    const shop = new JournaledShop();
    const release = gate();
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [release.does] }))
      .step(shop.step('Charge', { does: [declines()] }));
    let settled = false;
    const failure = shop.failure(saga).finally(() => (settled = true));
    await settle();
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(settled).toBe(false);
    release.open();
    expect(await failure).toMatchObject({ compensated: ['Reserve'] });
  });

  it('has no frames, which would lead to this package alone; those of its cause stay', async () => {
    const limit = Error.stackTraceLimit;
    const shop = new JournaledShop();
    const declined = new CardDeclined('no funds');
    const saga = shop.saga().step(shop.step('Charge', { does: [rejects(declined)] }));
    const { stack, cause } = await shop.failure(saga);
    expect(stack).not.toMatch(/\n +at /);
    expect((cause as Error).stack).toMatch(/\n +at /);
    expect(Error.stackTraceLimit).toBe(limit);
  });

  it('gives a full account, with the error that was thrown as its cause', async () => {
    const shop = new JournaledShop();
    const declined = new CardDeclined('no funds', { cause: new Error('limit') });
    const stuck = new Error('stock service is down');
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Create'))
      .step(shop.step('Reserve', { undoes: [throws(stuck)], compensationRetry: 0 }))
      .step(shop.step('Charge', { does: [rejects(declined)] }));
    const error = await shop.failure(saga);
    expect(error).toBeInstanceOf(SagaExecutionException);
    expect(error).toMatchObject({
      sagaId: 'o-1',
      sagaName: 'PlaceOrder',
      status: 'parked',
      parkReason: 'compensation-failed',
      failedLabel: 'Charge',
      compensated: ['Create'],
      notCompensated: ['Reserve'],
    });
    expect(error.cause).toBe(declined);
    expect(error.compensationErrors).toEqual([{ label: 'Reserve', error: stuck }]);
    expect(error.compensationErrors[0]?.error).toBe(stuck);
  });

  it('keeps what a retried step threw last, and the error of an Err', async () => {
    const shop = new JournaledShop();
    const last = new CardDeclined('second time');
    const does = [throws(new Error('first time')), throws(last)];
    const retry = { retries: 1, delay: 10 };
    const thrown = await shop.failure(shop.saga().step(shop.step('Charge', { does, retry })));
    expect(thrown.cause).toBe(last);
    const err = ResultFactory.error('DECLINED', 'no funds');
    const told = await shop.failure(shop.saga().step(shop.step('Charge', { does: [() => err] })));
    expect(told.cause).toBe(err.error);
  });

  it('has nothing that would make Nest send its message to a client', async () => {
    const shop = new JournaledShop();
    const error = await shop.failure(
      shop.saga().step(shop.step('Charge', { does: [declines('4111 1111')] })),
    );
    expect(error).not.toHaveProperty('statusCode');
    expect(typeof error.status).toBe('string');
    const json = JSON.stringify(error);
    expect(json).not.toMatch(/4111|stack|user-1/);
  });
});

describe('the idempotency key on a journal (semantics 24)', () => {
  it('is the same over attempts and processes', async () => {
    const shop = new JournaledShop({ drainMs: 0 });
    const { does, open } = gate();
    const chain = () =>
      shop.saga({ id: 'o-1' }).step(
        shop.step('Charge', {
          does: [declines(), does, answers()],
          retry: { retries: 3, delay: 0 },
        }),
      );
    const run = chain().runAsync();
    run.catch(() => undefined);
    await shop.clock.advance(1);
    await shop.redeploy();
    open();
    await shop.run(chain(), 'Charge');
    const keys = shop.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
  });

  it('differs by saga, label and direction', async () => {
    const shop = new JournaledShop();
    for (const id of ['o-1', 'o-2']) {
      const saga = shop
        .saga({ id })
        .step(shop.step('Reserve'))
        .step(shop.step('Charge', { does: [declines()] }));
      await shop.failure(saga);
    }
    const keys = shop.calls.map(({ ctx }) => ctx.idempotencyKey);
    expect(keys).toHaveLength(6);
    expect(new Set(keys).size).toBe(6);
    expect(shop.undoContext('Reserve').actionIdempotencyKey).toBe(keys[0]);
  });
});
