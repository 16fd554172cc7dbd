import { isSagaError, SagaExecutionException } from 'nestjs-saga-orchestrator/core';
import { answers, declines, throws } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { Shop } from '../../support/shop.js';

const SECRET = 'pk_live_secret';

async function thrown() {
  const shop = new Shop();
  const root = new Error('socket hang up');
  const declined = Object.assign(new Error('card declined', { cause: root }), { token: SECRET });
  const saga = shop
    .saga({ id: 'order-77' })
    .step(shop.step('Look', { undoes: null, does: [answers(SECRET)] }))
    .step(shop.step('Reserve'))
    .step(shop.step('Pack', { undoes: [declines('packed')], compensationRetry: 0 }))
    .step(shop.step('Charge', { does: [throws(declined)] }));
  return { error: await shop.failure(saga), declined, root };
}

describe('SagaExecutionException (semantics 14)', () => {
  it('is thrown only after the last compensation has ended', async () => {
    const shop = new Shop();
    let undone: () => void = () => undefined;
    const slowly = () => new Promise<void>((resolve) => (undone = resolve));
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { undoes: [slowly] }))
      .step(shop.step('Charge', { does: [declines()] }));
    let ended = false;
    const run = saga.runAsync().catch(() => (ended = true));
    await settle();
    expect(shop.log).toContain('undo Reserve');
    expect(ended).toBe(false);
    undone();
    await run;
    expect(ended).toBe(true);
  });

  it('says which saga failed where, how it ended, and what was and was not undone', async () => {
    const { error } = await thrown();
    expect(error).toMatchObject({
      name: 'SagaExecutionException',
      code: 'SAGA_EXECUTION',
      sagaId: 'order-77',
      sagaName: 'PlaceOrder',
      status: 'parked',
      parkReason: 'compensation-failed',
      failedLabel: 'Charge',
      compensated: ['Reserve'],
      notCompensated: ['Look', 'Pack'],
      skipped: [],
      compensationErrors: [{ label: 'Pack', error: { message: 'packed' } }],
    });
    expect(error.message).toBe(
      "Saga PlaceOrder 'order-77' failed at step 'Charge' and is parked (compensation-failed): card declined",
    );
    expect(isSagaError(error, 'SAGA_EXECUTION')).toBe(true);
  });

  it('keeps the chain of causes as it was thrown', async () => {
    const { error, declined, root } = await thrown();
    expect(error.cause).toBe(declined);
    expect((error.cause as Error).cause).toBe(root);
  });

  it("has no statusCode and no number in status: Nest's filter would send its message", async () => {
    const { error } = await thrown();
    expect(error).not.toHaveProperty('statusCode');
    expect(typeof error.status).toBe('string');
    expect(error).not.toHaveProperty('getStatus');
  });

  it('writes itself to JSON without stack, payloads or the errors of others', async () => {
    const { error } = await thrown();
    const json = JSON.stringify(error);
    expect(JSON.parse(json)).toEqual({
      name: 'SagaExecutionException',
      code: 'SAGA_EXECUTION',
      sagaId: 'order-77',
      sagaName: 'PlaceOrder',
      status: 'parked',
      parkReason: 'compensation-failed',
      failedLabel: 'Charge',
      compensated: ['Reserve'],
      notCompensated: ['Look', 'Pack'],
      skipped: [],
    });
    expect(json).not.toContain(SECRET);
    expect(json).not.toContain('.ts');
  });

  it('can be read when its saga had neither a failed step nor an Error as its cause', () => {
    const failure = {
      sagaId: 's-1',
      sagaName: 'PlaceOrder',
      status: 'parked',
      cause: undefined,
      compensated: [],
      notCompensated: [],
      skipped: [],
      compensationErrors: [],
    } as const;
    expect(new SagaExecutionException(failure).message).toBe(
      "Saga PlaceOrder 's-1' failed and is parked (unknown)",
    );
    expect(new SagaExecutionException({ ...failure, status: 'compensated' }).message).toBe(
      "Saga PlaceOrder 's-1' failed and is compensated",
    );
  });
});
