import { ResultError, type StepFailure } from 'nestjs-saga-orchestrator/core';
import { answers, declines, losesItsAnswer, rejects, throws } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

describe('onError (semantics 7)', () => {
  it('is told of every failed attempt: the error, its number and whether another follows', async () => {
    const shop = new Shop();
    const told: StepFailure[] = [];
    const does = [declines(), throws('lost'), declines('give up')];
    const charge = shop.step('Charge', {
      does,
      retry: 2,
      onError: (failure) => void told.push(failure),
    });
    await shop.failure(shop.saga().step(charge));
    expect(told).toEqual([
      { error: expect.any(ResultError), attempt: 1, willRetry: true },
      { error: 'lost', attempt: 2, willRetry: true },
      { error: expect.any(ResultError), attempt: 3, willRetry: false },
    ]);
  });

  it('is told what the policy alone leaves: a probe, asked later, may still lead to an attempt', async () => {
    const shop = new Shop();
    const told: StepFailure[] = [];
    const asked: string[] = [];
    const charge = shop.step('Charge', {
      does: [losesItsAnswer, answers()],
      retry: { retries: 1, delay: 0 },
      idempotent: false,
      onError: (failure) => void (told.push(failure), asked.push('onError')),
      probe: () => (asked.push('probe'), 'not-done'),
    });
    await shop.run(shop.saga().step(charge));
    expect(told).toMatchObject([{ attempt: 1, willRetry: false }]);
    expect(asked).toEqual(['onError', 'probe']);
    expect(shop.log).toEqual(['Charge', 'Charge']);
  });

  it('sees the context of the failed attempt, and is awaited before the next one', async () => {
    const shop = new Shop();
    const seen: string[] = [];
    const charge = shop.step('Charge', {
      does: [declines(), answers()],
      retry: { retries: 1, delay: 0 },
      onError: async ({ attempt }, ctx) => {
        await new Promise<void>((resolve) => shop.clock.schedule(700, resolve));
        seen.push(`${ctx.label} ${attempt} ${ctx.attempt} ${ctx.sagaId} ${ctx.context.productId}`);
      },
    });
    await shop.run(shop.saga().step(charge));
    expect(seen).toEqual(['Charge 1 1 saga-1 tea']);
    expect(shop.times('Charge')).toEqual([0, 700]);
  });

  it('is not called for a step that succeeds', async () => {
    const shop = new Shop();
    const onError = jest.fn();
    await shop.run(shop.saga().step(shop.step('Charge', { onError })));
    expect(onError).not.toHaveBeenCalled();
  });

  it.each([
    ['throws', throws(new Error('hook broke'))],
    ['throws null', throws(null)],
    ['rejects', rejects(new Error('hook broke'))],
  ])('that %s is logged and changes nothing', async (_, hook) => {
    const shop = new Shop();
    const charge = shop.step('Charge', {
      does: [declines(), declines()],
      retry: 1,
      onError: (_failure, ctx) => hook(ctx as never),
    });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Charge', 'undo Reserve']);
    expect(error.cause).toMatchObject({ message: 'card declined' });
    expect(shop.logger.messages('error')).toEqual([
      "onError of step 'Charge' failed",
      "onError of step 'Charge' failed",
    ]);
  });

  it('that never settles holds the saga up for 30 s, no longer', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', {
      does: [declines()],
      onError: () => new Promise(() => undefined),
      timeoutGrace: 0,
    });
    await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.times('undo Reserve')[0]).toBeGreaterThanOrEqual(30_000);
    expect(shop.times('undo Reserve')[0]).toBeLessThanOrEqual(35_000);
  });

  it('is told that nothing follows an attempt that must not be repeated', async () => {
    const shop = new Shop();
    const told: boolean[] = [];
    const charge = shop.step('Charge', {
      does: [losesItsAnswer],
      retry: 5,
      idempotent: false,
      onError: ({ willRetry }) => void told.push(willRetry),
    });
    await shop.failure(shop.saga().step(charge));
    expect(told).toEqual([false]);
  });

  it('is told that nothing follows once the saga was cancelled', async () => {
    const shop = new Shop();
    const told: boolean[] = [];
    const saga = shop.saga().step(
      shop.step('Charge', {
        does: [
          () => {
            saga.cancel();
            throw new Error('no stock');
          },
        ],
        retry: 5,
        onError: ({ willRetry }) => void told.push(willRetry),
      }),
    );
    await shop.failure(saga);
    expect(told).toEqual([false]);
  });
});
