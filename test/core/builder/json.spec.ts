import { answers } from '../../support/behaviours.js';
import { order, Shop } from '../../support/shop.js';
import { JournaledShop } from '../../engines/in-process/journaled-shop.js';

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('a saga as JSON', () => {
  it.each([
    ['bare', new Shop()],
    ['journaled', new JournaledShop()],
  ])('is its name, its id, its end and its data: %s', async (_, shop) => {
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Charge', { does: [answers('tx-1')] }));
    const before = { sagaId: '', sagaName: 'PlaceOrder', isSuccess: false, context: order() };
    expect(json(saga)).toEqual(before);
    expect(json(saga.getContext())).toEqual(before);

    const ended = await shop.run(saga);
    const after = { ...before, sagaId: 'o-1', isSuccess: true };
    expect(json(ended)).toEqual(after);
    expect(json(saga.getContext())).toEqual(after);
    expect(json(saga)).toEqual(after);
  });
});
