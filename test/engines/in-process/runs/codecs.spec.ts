import { jsonCodec, type PayloadCodec } from 'nestjs-saga-orchestrator/core';
import { answers, declines, type Behaviour } from '../../../support/behaviours.js';
import { order } from '../../../support/shop.js';
import { JournaledShop } from '../journaled-shop.js';

/** A codec whose text for what holds `secret` is no text that a database keeps. */
function careless(bad: string): PayloadCodec {
  const encode = (value: unknown): string => {
    const text = JSON.stringify(value ?? null);
    return text.includes('secret') ? `${bad}${text}` : ` ${text}`;
  };
  return { encode, decode: (text) => JSON.parse(text.slice(1)) as unknown };
}

const spoils: Behaviour = ({ context }) => {
  Object.assign(context, { productId: 'secret' });
};

it('a codec may be made of functions that take more than a value', async () => {
  const encode = jest.fn((value: unknown, replacer?: unknown) =>
    typeof replacer === 'number' ? '' : jsonCodec.encode(value),
  );
  const shop = new JournaledShop({ codec: { encode, decode: jsonCodec.decode } });
  await shop.run(shop.saga().step(shop.step('Charge', { does: [answers(7)] })));
  expect(encode.mock.calls.every((given) => given.length === 1)).toBe(true);
});

describe("a codec's text that databases cannot keep (semantics 18, 19)", () => {
  describe.each([
    ['NUL', '\0'],
    ['half of a surrogate pair', '\ud83c'],
  ])('with %s', (_, bad) => {
    it('as a result: the step is done, never run again, undone', async () => {
      const shop = new JournaledShop({ codec: careless(bad) });
      const charge = shop.step('Charge', { does: [answers('secret')], retry: 3 });
      const error = await shop.failure(shop.saga({ id: 'o-1' }).step(charge));
      expect(error).toMatchObject({ status: 'compensated', cause: { code: 'SAGA_SERIALIZATION' } });
      expect(error.message).toMatch(/a codec must give plain text/);
      expect(shop.log).toEqual(['Charge', 'undo Charge']);
      expect(shop.undoContext('Charge').outcome).toBe('done');
    });

    it('as an input: nothing runs and nothing is stored', async () => {
      const shop = new JournaledShop({ codec: careless(bad) });
      const input = { ...order(), productId: 'secret' };
      const saga = shop.saga({ id: 'o-1' }, input).step(shop.step('Charge'));
      await expect(shop.run(saga)).rejects.toMatchObject({ code: 'SAGA_SERIALIZATION' });
      expect(shop.log).toEqual([]);
      expect(await shop.status('o-1')).toBeUndefined();
    });

    it('as a context that an undo has changed: the change is dropped', async () => {
      const shop = new JournaledShop({ codec: careless(bad) });
      const saga = shop
        .saga({ id: 'o-1' })
        .step(shop.step('Reserve', { undoes: [spoils] }))
        .step(shop.step('Charge', { does: [declines()] }));
      expect(await shop.failure(saga)).toMatchObject({ status: 'compensated' });
      expect(saga.getContext().context.productId).toBe('tea');
    });
  });
});
