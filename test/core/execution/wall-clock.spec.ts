import {
  answers,
  declines,
  neverAnswers,
  stopsOnAbort,
  type Behaviour,
} from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

const HOUR = 3_600_000;

/** Behaves so once the wall clock was set, as a time server may do in the middle of an attempt. */
function after(shop: Shop, byMs: number, behave: Behaviour): Behaviour {
  return (ctx) => {
    shop.clock.setWallClock(byMs);
    return behave(ctx);
  };
}

/** On the monotonic clock, from the start of the test. */
function noting(shop: Shop, times: number[], behave: Behaviour): Behaviour {
  return (ctx) => {
    times.push(shop.clock.monotonic());
    return behave(ctx);
  };
}

describe.each([
  ['back', -HOUR],
  ['on', HOUR],
])('the wall clock that is set %s an hour (semantics 28d)', (_, byMs) => {
  it('neither holds up nor hurries a retry', async () => {
    const shop = new Shop();
    const times: number[] = [];
    const retry = { retries: 2, delay: 100, factor: 2 };
    const does = [
      noting(shop, times, after(shop, byMs, declines())),
      noting(shop, times, declines()),
      noting(shop, times, answers('tx-1')),
    ];
    const running = shop.run(shop.saga().step(shop.step('Charge', { does, retry })));
    await running;
    expect(times).toEqual([0, 100, 300]);
  });

  it('does not touch a back-off that is being waited for', async () => {
    const shop = new Shop();
    const times: number[] = [];
    const does = [noting(shop, times, declines()), noting(shop, times, answers('tx-1'))];
    const retry = { retries: 1, delay: 1_000 };
    const running = shop.saga().step(shop.step('Charge', { does, retry })).runAsync();
    await shop.clock.advance(500);
    shop.clock.setWallClock(byMs);
    await shop.clock.until(running);
    expect(times).toEqual([0, 1_000]);
  });

  it('neither holds up nor hurries the retry of an undo', async () => {
    const shop = new Shop();
    const times: number[] = [];
    const undoes = [
      noting(shop, times, after(shop, byMs, declines())),
      noting(shop, times, answers()),
    ];
    const reserve = shop.step('Reserve', { undoes, compensationRetry: { retries: 1, delay: 700 } });
    await shop.failure(
      shop
        .saga()
        .step(reserve)
        .step(shop.step('Charge', { does: [declines()] })),
    );
    expect(times).toEqual([0, 700]);
  });

  it('does not touch timeouts, nor the deadline of a saga that runs', async () => {
    const shop = new Shop();
    const times: number[] = [];
    const undoes = [noting(shop, times, answers())];
    const does = [after(shop, byMs, neverAnswers)];
    const options = { undoes, does, timeout: 2_000, timeoutGrace: 0 };
    await shop.failure(shop.saga().step(shop.step('Charge', options)));
    const late = shop.step('Ship', { undoes, does: [after(shop, -byMs, stopsOnAbort)] });
    const began = shop.clock.monotonic();
    await shop.failure(shop.saga({ deadline: 5_000 }).step(late));
    expect(times[0]).toBe(2_000);
    expect(times[1]).toBe(began + 5_000);
  });
});
