import { answers, neverAnswers } from '../../../support/behaviours.js';
import { rejectionOf } from '../../../support/shop.js';
import { Cluster, ref } from '../cluster.js';

const eve = { by: 'eve', reason: 'looked it up' };

/** An order that is parked in doubt, and whose deadline is a minute after its start. */
async function inDoubt(pivot = false) {
  const cluster = new Cluster();
  const undoes = pivot ? null : [answers()];
  const charge = { does: [neverAnswers], idempotent: false, pivot, undoes };
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', charge),
    cluster.step('Ship', { undoes: null }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan, { deadline: 60_000 });
  anna.crash();
  const bert = await cluster.process([plan]);
  await cluster.takeover();
  expect(await bert.get()).toMatchObject({ parkReason: 'in-doubt' });
  const marks = () => bert.engine.manual(ref, { act: 'mark-done', label: 'Charge' }, eve);
  return { cluster, bert, marks };
}

describe('a step that is marked as done', () => {
  it('makes its saga go on before the deadline', async () => {
    const { cluster, marks } = await inDoubt();
    await marks();
    await cluster.clock.advance(1_000);
    expect(await cluster.status()).toBe('completed');
  });

  it('is refused after the deadline, when it would be undone at once; a cancel still undoes it', async () => {
    const { cluster, bert, marks } = await inDoubt();
    await cluster.clock.advance(60_000);
    const error = await rejectionOf(marks());
    expect(error).toMatchObject({ code: 'SAGA_STATE' });
    expect(error.message).toMatch(
      /^Cannot mark step 'Charge' as done in saga PlaceOrder 'o-1': its deadline passed at .*cancel it/,
    );
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    await bert.engine.cancel(ref, 'too late');
    await cluster.clock.advance(1_000);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('makes it go on after the deadline when it is the pivot: nothing can be undone', async () => {
    const { cluster, marks } = await inDoubt(true);
    await cluster.clock.advance(60_000);
    await marks();
    await cluster.clock.advance(1_000);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });
});
