import { ResultFactory } from 'nestjs-saga-orchestrator/core';
import { declines } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

const { success } = ResultFactory;
const no = ResultFactory.error('DECLINED', 'no');
/** Not of this package, as neverthrow's is. */
const foreign = { isOk: () => false, isErr: () => true, error: new Error('no') };

async function acting(results: readonly unknown[]) {
  const shop = new Shop();
  const charge = shop.step('Charge', { does: [async () => Promise.all(results)] });
  const error = await shop.failure(shop.saga().step(charge));
  return { shop, error };
}

describe('a list of Results (semantics 3c)', () => {
  it.each([
    ['one', [success(1), no]],
    ['a foreign one', [success(1), foreign]],
    ['one far behind', [...Array.from({ length: 3_000 }, () => success(1)), no]],
    ['one in a list of lists', [[success(1)], [success(2), no]]],
    ['one by name', [{ hotel: success(1), car: no }]],
    ['one in a map', [new Map([['car', no]]), success(1)]],
  ])('of an action that holds an Err, %s, is of unknown outcome: it is undone', async (_, list) => {
    const { shop, error } = await acting(list);
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'unknown' });
    expect(error.cause).toMatchObject({ message: expect.stringMatching(/ 1 of .* an Err: no/) });
  });

  it.each([
    ['all', [no, foreign]],
    ['all, in lists of their own,', [[no], [foreign]]],
  ])('of an action in which %s are an Err has failed, and is not undone', async (_, list) => {
    const { shop, error } = await acting(list);
    expect(shop.log).toEqual(['Charge']);
    expect(error.cause).toMatchObject({ message: 'no' });
  });

  it.each([
    ['some', [success(1), no]],
    ['all', [no, no]],
    ['some of those by name', { hotel: success(1), car: no }],
    ['all of those by name', { hotel: no }],
    ['some of those in lists of lists', [[success(1)], [no]]],
    ['some of those in a set', new Set([success(1), no])],
    ['some of those settled', [{ status: 'fulfilled' }, { status: 'rejected', reason: no.error }]],
  ])('of an undo in which %s are an Err has undone nothing', async (_, list) => {
    const shop = new Shop();
    const undoes = [() => Promise.resolve(list)];
    const reserve = shop.step('Reserve', { undoes, compensationRetry: 0 });
    const charge = shop.step('Charge', { does: [declines()] });
    const error = await shop.failure(shop.saga().step(reserve).step(charge));
    expect(error).toMatchObject({ status: 'parked', compensated: [] });
  });

  it('without an Err is a value', async () => {
    const shop = new Shop();
    const whole = [success(1), [success(2)], { by: { name: foreign.isOk } }];
    const charge = shop.step('Charge', { does: [async () => whole] });
    const saga = shop.saga().step(charge);
    await shop.run(saga);
    expect(saga.getContext().isSuccess).toBe(true);
  });
});
