import { answers, declines, losesItsAnswer } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

describe('the pivot (semantics 12)', () => {
  it('that is done ends all compensation: a later failure parks the saga', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(shop.step('Pay', { pivot: true }))
      .step(shop.step('Ship', { does: [declines('no courier')], undoes: null }));
    const error = await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Ship']);
    expect(error).toMatchObject({
      status: 'parked',
      parkReason: 'failed-after-pivot',
      failedLabel: 'Ship',
      compensated: [],
      notCompensated: ['Reserve', 'Pay'],
    });
    expect(error.cause).toMatchObject({ message: 'no courier' });
  });

  it('lets later steps use their retries first', async () => {
    const shop = new Shop();
    const ship = shop.step('Ship', {
      does: [declines(), declines(), answers()],
      undoes: null,
      retry: 2,
    });
    await shop.run(
      shop
        .saga()
        .step(shop.step('Pay', { pivot: true }))
        .step(ship),
    );
    expect(shop.log).toEqual(['Pay', 'Ship', 'Ship', 'Ship']);
  });

  it('that fails cleanly is no pivot yet: the others are undone', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { does: [declines()], pivot: true });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(pay));
    expect(shop.log).toEqual(['Reserve', 'Pay', 'undo Reserve']);
    expect(error.status).toBe('compensated');
  });

  it('whose outcome is unknown and that has no undo parks the saga in doubt', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { does: [losesItsAnswer], undoes: null, pivot: true, retry: 1 });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(pay));
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Pay']);
    expect(error).toMatchObject({ status: 'parked', parkReason: 'in-doubt', failedLabel: 'Pay' });
    expect(error.notCompensated).toEqual(['Reserve', 'Pay']);
  });

  it('whose outcome is unknown and that can be undone is undone first', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { does: [losesItsAnswer], pivot: true });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(pay));
    expect(shop.log).toEqual(['Reserve', 'Pay', 'undo Pay', 'undo Reserve']);
    expect(error.status).toBe('compensated');
  });

  it('is asked after by its probe before anything is decided', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', {
      does: [losesItsAnswer],
      undoes: null,
      pivot: true,
      probe: () => 'not-done',
    });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(pay));
    expect(error.status).toBe('compensated');
    expect(shop.log).toEqual(['Reserve', 'Pay', 'undo Reserve']);
  });
});
