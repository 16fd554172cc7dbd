import { SagaInterruptedError } from 'nestjs-saga-orchestrator/core';
import { answers, declines, type Behaviour } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { order, rejectionOf } from '../../../support/shop.js';
import { gate, JournaledShop } from '../journaled-shop.js';

const LABELS = ['Reserve', 'Charge', 'Ship'] as const;
const ref = { name: 'PlaceOrder', id: 'o-1' };

/** An order whose participants do what the test says; `o-1` in every process. */
function chainOf(shop: JournaledShop, does: Partial<Record<string, readonly Behaviour[]>> = {}) {
  return () => {
    const saga = shop.saga({ id: 'o-1' });
    for (const label of LABELS)
      saga.step(shop.step(label, { does: does[label] ?? [answers(label)] }));
    return saga;
  };
}

/** Stops the process while `Reserve` is at work: it ends, and nothing after it begins. */
async function interruptedAfterReserve(shop: JournaledShop, chain: ReturnType<typeof chainOf>) {
  const run = chain().runAsync();
  run.catch(() => undefined);
  await settle();
  const closed = shop.engine.close();
  await settle();
  return { run, closed };
}

describe('runAsync(label) over the journal (semantics 22)', () => {
  async function interrupted(does: Partial<Record<string, readonly Behaviour[]>> = {}) {
    const shop = new JournaledShop();
    const reserve = gate();
    const chain = chainOf(shop, { Reserve: [reserve.does], ...does });
    const { run, closed } = await interruptedAfterReserve(shop, chain);
    reserve.open('res-1');
    await shop.clock.until(closed);
    expect(await rejectionOf(run)).toBeInstanceOf(SagaInterruptedError);
    expect(shop.log).toEqual(['Reserve']);
    await shop.redeploy();
    return { shop, chain };
  }

  it('goes on after the steps that are done; their results are there', async () => {
    const { shop, chain } = await interrupted();
    const saga = chain();
    await shop.run(saga, 'Charge');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
    expect(shop.calls[1]?.ctx.getStepResult('Reserve')).toBe('res-1');
    expect(saga.getStepResult('Reserve')).toBe('res-1');
    expect(saga.getContext().isSuccess).toBe(true);
  });

  it('undoes the steps before the label, too, when a later one fails', async () => {
    const { shop, chain } = await interrupted({ Ship: [declines('no courier')] });
    const error = await shop.failure(chain(), 'Charge');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Reserve')).toMatchObject({ outcome: 'done', result: 'res-1' });
    expect(error).toMatchObject({ compensated: ['Charge', 'Reserve'], skipped: [] });
  });

  it('skips steps without a record and never undoes them', async () => {
    const { shop, chain } = await interrupted({ Ship: [declines('no courier')] });
    const error = await shop.failure(chain(), 'Ship');
    expect(shop.log).toEqual(['Reserve', 'Ship', 'undo Reserve']);
    expect(error).toMatchObject({ compensated: ['Reserve'], skipped: ['Charge'] });
  });

  it('refuses a label that is unknown before anything runs', async () => {
    const { shop, chain } = await interrupted();
    const error = await rejectionOf(shop.run(chain(), 'Refund'));
    expect(error).toMatchObject({ code: 'SAGA_STATE' });
    expect(error.message).toMatch(/'Refund'.*'Reserve', 'Charge', 'Ship'/);
    expect(shop.log).toEqual(['Reserve']);
    await shop.run(chain(), 'Charge');
  });

  it('yields the recorded result of a completed saga', async () => {
    const shop = new JournaledShop();
    const chain = chainOf(shop);
    await shop.run(chain());
    await shop.redeploy();
    const again = chain();
    await shop.run(again, 'Ship');
    expect(again.getStepResult('Ship')).toBe('Ship');
    expect(await rejectionOf(shop.run(chain(), 'Shpi'))).toMatchObject({ code: 'SAGA_STATE' });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('is refused for another input: it would go on with the first one', async () => {
    const { shop } = await interrupted();
    const other = shop.saga({ id: 'o-1' }, { ...order(), userId: 'eve' });
    const error = await rejectionOf(shop.run(other.step(shop.step('Reserve')), 'Reserve'));
    expect(error).toMatchObject({ code: 'SAGA_CONFLICT' });
    expect(error.message).toMatch(/o-1.*another input/);
    expect(shop.log).toEqual(['Reserve']);
  });

  it('never resurrects what was undone (27a)', async () => {
    const shop = new JournaledShop();
    const chain = chainOf(shop, { Ship: [declines()] });
    await shop.failure(chain());
    const error = await rejectionOf(shop.run(chain(), 'Ship'));
    expect(error).toMatchObject({ code: 'SAGA_STATE' });
    expect(error.message).toMatch(/begun to undo/);
    expect(await shop.status('o-1')).toBe('compensated');
    expect(shop.log.filter((what) => what === 'Ship')).toHaveLength(1);
  });

  it('starts a new saga from the label when nobody knows its id', async () => {
    const shop = new JournaledShop();
    const saga = chainOf(shop)();
    await shop.run(saga, 'Charge');
    expect(shop.log).toEqual(['Charge', 'Ship']);
    expect(saga.getStepResult('Reserve')).toBeUndefined();
  });
});

describe('an operator resumes a saga by its id', () => {
  it('from the step that is next, when no label is given', async () => {
    const shop = new JournaledShop();
    const reserve = gate();
    const chain = chainOf(shop, { Reserve: [reserve.does] });
    const { closed } = await interruptedAfterReserve(shop, chain);
    reserve.open();
    await shop.clock.until(closed);
    await shop.redeploy();
    shop.engine.register(chain().build());
    const handle = await shop.clock.until(shop.engine.resume(ref));
    await shop.clock.until(handle.result());
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('takes a saga that was parked after its pivot up again, with all its attempts', async () => {
    const shop = new JournaledShop();
    const does = [
      declines('no courier'),
      declines('no courier'),
      declines('no courier'),
      answers(),
    ];
    const plan = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Charge', { pivot: true }))
      .step(shop.step('Ship', { does, undoes: null, retry: { retries: 1, delay: 0 } }));
    expect(await shop.failure(plan)).toMatchObject({ parkReason: 'failed-after-pivot' });
    shop.engine.register(plan.build());
    const handle = await shop.clock.until(shop.engine.resume(ref));
    await shop.clock.until(handle.result());
    expect(shop.log).toEqual(['Charge', 'Ship', 'Ship', 'Ship', 'Ship']);
    expect(await shop.status('o-1')).toBe('completed');
  });

  it('is handed the run that is under way, if there is one', async () => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const saga = chainOf(shop, { Reserve: [does] })();
    const run = saga.runAsync();
    await settle();
    const handle = await shop.engine.resume(ref);
    open();
    await shop.clock.until(Promise.all([run, handle.result()]));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('is refused while another process works on it', async () => {
    const shop = new JournaledShop();
    const { does, open } = gate();
    const chain = chainOf(shop, { Reserve: [does] });
    const run = chain().runAsync();
    await settle();
    const other = shop.process();
    other.register(chain().build());
    await expect(other.resume(ref)).rejects.toMatchObject({ code: 'SAGA_STATE' });
    open();
    await shop.clock.until(run);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('is told of an id and of a name that nobody knows', async () => {
    const shop = new JournaledShop();
    await expect(shop.engine.resume(ref)).rejects.toMatchObject({ code: 'SAGA_NOT_FOUND' });
    shop.engine.register(chainOf(shop)().build());
    await expect(shop.engine.resume(ref)).rejects.toThrow(/PlaceOrder 'o-1'/);
  });
});
