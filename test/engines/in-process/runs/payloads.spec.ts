import { losesItsAnswer } from '../../../support/behaviours.js';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { describePayloads } from './describe-payloads.js';
import { JournaledShop } from '../journaled-shop.js';

describe('payloads in memory', () => describePayloads(() => new MemoryJournal()));

describe('the result that a probe brings back and that cannot be stored (semantics 18)', () => {
  const found = { outcome: 'done', result: { tx: 'tx-1', raw: () => 0 } } as const;

  it('fails its saga as one of the action does: the step is done, and undone', async () => {
    const shop = new JournaledShop();
    const charge = shop.step('Charge', { does: [losesItsAnswer], retry: 3, probe: () => found });
    const error = await shop.failure(shop.saga({ id: 'o-1' }).step(charge).step(shop.step('Ship')));
    expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
    expect(error.cause).toMatchObject({ code: 'SAGA_SERIALIZATION' });
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
    expect(shop.undoContext('Charge').outcome).toBe('done');
  });

  it('parks it past the point of no return, and so a replay reads it', async () => {
    const shop = new JournaledShop();
    const pay = { does: [losesItsAnswer], undoes: null, pivot: true, probe: () => found };
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Pay', pay))
      .step(shop.step('Ship', { undoes: null }));
    expect(await shop.failure(saga)).toMatchObject({ parkReason: 'failed-after-pivot' });
    await shop.redeploy();
    const again = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Pay', pay))
      .step(shop.step('Ship', { undoes: null }));
    expect(await shop.failure(again)).toMatchObject({ cause: { code: 'SAGA_SERIALIZATION' } });
    expect(shop.log).toEqual(['Pay']);
  });
});
