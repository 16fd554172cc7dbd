import { throws } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { Shop } from '../../support/shop.js';
import { JournaledShop } from '../../engines/in-process/journaled-shop.js';

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const unreadable = { get: () => throws(new TypeError('do not touch'))({} as never) };

const ODD: readonly (readonly [string, unknown])[] = [
  ['a revoked proxy', revoked()],
  ['an error whose message throws', Object.defineProperty(new Error('x'), 'message', unreadable)],
  ['an error whose cause throws', Object.defineProperty(new Error('x'), 'cause', unreadable)],
  ['an error whose message is a symbol', Object.assign(new Error('x'), { message: Symbol('s') })],
  ['an object without a prototype', Object.create(null)],
];

describe.each([
  ['without a journal', () => new Shop()],
  ['with a journal', () => new JournaledShop()],
])('whatever is thrown is a failure like any other (semantics 1), %s', (_, open) => {
  it.each(ODD)('by an action: %s', async (_name, odd) => {
    const shop = open();
    const charge = shop.step('Charge', { does: [throws(odd)], retry: 1, onError: () => undefined });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
    expect(error.message).toMatch(/failed at step 'Charge' and is compensated/);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Charge', 'undo Reserve']);
  });

  it.each(ODD)('by an undo: %s', async (_name, odd) => {
    const shop = open();
    const reserve = shop.step('Reserve', { undoes: [throws(odd)], compensationRetry: 1 });
    const charge = shop.step('Charge', { does: [throws('declined')] });
    const error = await shop.failure(shop.saga().step(reserve).step(charge));
    expect(error).toMatchObject({ parkReason: 'compensation-failed' });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve', 'undo Reserve']);
  });

  it.each(ODD)('by what only observes or asks: %s', async (_name, odd) => {
    const shop = open();
    const fails = (): never => throws(odd)({} as never) as never;
    const retry = { retries: 1, when: fails };
    const hooks = { retry, onError: fails, probe: fails };
    const charge = shop.step('Charge', { does: [throws(odd)], ...hooks });
    expect(await shop.failure(shop.saga().step(charge))).toMatchObject({ status: 'compensated' });
    expect(shop.logger.messages('error')).toHaveLength(2);
  });

  it.each(ODD)('after its time: %s', async (_name, odd) => {
    const shop = open();
    const late = () =>
      new Promise((_resolve, reject) => shop.clock.schedule(2_000, () => reject(odd)));
    const charge = shop.step('Charge', { does: [late], timeout: 1_000 });
    expect(await shop.failure(shop.saga().step(charge))).toMatchObject({ status: 'compensated' });
    await shop.clock.advance(5_000);
    await settle();
    expect(shop.logger.messages('warn')).toContainEqual(expect.stringMatching(/after its time/));
  });
});
