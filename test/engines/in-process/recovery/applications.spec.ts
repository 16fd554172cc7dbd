import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { order, rejectionOf } from '../../../support/shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

const shop = { application: 'shop' };
const bank = { application: 'bank' };

/** Two services of one journal, both with sagas of the same name and id, each with steps of its own. */
async function services() {
  const cluster = new Cluster();
  const sold = cluster.plan([cluster.step('Sell', { does: [neverAnswers, answers()] })]);
  const booked = cluster.plan([cluster.step('Book', { does: [neverAnswers, answers()] })]);
  const anna = await cluster.process([sold], shop);
  const bert = await cluster.process([booked], bank);
  await cluster.begun(anna, sold);
  await cluster.begun(bert, booked);
  return { cluster, sold, booked, anna, bert };
}

describe('applications that share a journal', () => {
  it('use the same names and ids side by side', async () => {
    const { cluster } = await services();
    expect(cluster.log).toEqual(['Sell', 'Book']);
  });

  it('take over what their own processes left behind, and nothing else', async () => {
    const { cluster, sold, anna, bert } = await services();
    anna.crash();
    await cluster.takeover();
    expect(await cluster.journal.get({ ...ref, ...shop })).toMatchObject({ epoch: 1 });
    const carl = await cluster.process([sold], shop);
    await cluster.clock.advance(LEASE);
    expect(cluster.log).toEqual(['Sell', 'Book', 'Sell']);
    expect(await carl.get()).toMatchObject({ status: 'completed', application: 'shop' });
    expect(await bert.get()).toMatchObject({ status: 'running', application: 'bank' });
    expect(cluster.logger.messages('warn')).toEqual([]);
  });

  it('list, look at and act on their own sagas', async () => {
    const { anna, bert } = await services();
    const all = await anna.engine.list({});
    expect(all.sagas.map(({ application, id }) => [application, id])).toEqual([['shop', ref.id]]);
    const why = { by: 'eve', reason: 'not wanted' };
    await anna.engine.manual(ref, { act: 'terminate' }, why);
    expect(await anna.get()).toMatchObject({ parkReason: 'terminated' });
    await settle();
    await anna.engine.forget(ref);
    expect(await anna.get()).toBeUndefined();
    expect(await bert.get()).toMatchObject({ status: 'running' });
    // Who asks for another one's is shown it in lists alone.
    expect((await anna.engine.list(bank)).sagas).toHaveLength(1);
    const summary = (await bert.engine.list({})).sagas[0] ?? ref;
    expect(await bert.engine.get(summary)).toMatchObject({ status: 'running' });
    for (const act of [
      anna.engine.get(summary),
      anna.engine.cancel(summary, 'x'),
      anna.engine.forget(summary),
      anna.engine.resume(summary),
    ]) {
      expect(await rejectionOf(act)).toMatchObject({
        code: 'SAGA_OPTIONS',
        message: expect.stringContaining(
          `application must be this engine's, which is 'shop' (got 'bank')`,
        ) as string,
      });
    }
  });

  it('delete their own old sagas', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Sell')]);
    const processes = [
      await cluster.process([plan], { ...shop, deleteAfter: { completed: 0 } }),
      await cluster.process([plan], bank),
      await cluster.process([plan]),
    ];
    for (const process of processes) await (await process.start(plan)).result();
    await cluster.clock.advance(120_000);
    expect(await Promise.all(processes.map((process) => process.get()))).toEqual([
      undefined,
      expect.objectContaining(bank),
      expect.objectContaining({ application: '' }),
    ]);
  });

  it('report the undos that their own sagas owe', async () => {
    const { cluster, booked } = await services();
    const other = cluster.plan([cluster.step('Lend')]);
    await cluster.process([other], shop);
    expect(cluster.logger.messages('warn')).toEqual([
      expect.stringContaining(`owe an undo which its definition lacks: 'Sell' by 'o-1'`),
    ]);
    await cluster.process([booked], bank);
    expect(cluster.logger.messages('warn')).toHaveLength(1);
  });

  it('refuses an application that no journal can keep', async () => {
    for (const application of ['x'.repeat(256), 'a\0b', 7 as unknown as string]) {
      const refused = await rejectionOf(new Cluster().process([], { application }));
      expect(refused).toMatchObject({ code: 'SAGA_OPTIONS' });
      expect(String(refused)).toContain('application must');
    }
  });
});

describe('two services with sagas of one name and no application', () => {
  /** Every saga of anna's is left behind; bert's plan has the same name and no step of hers. */
  async function strangers() {
    const cluster = new Cluster();
    const sold = cluster.plan([cluster.step('Sell', { does: [neverAnswers, answers()] })]);
    const booked = cluster.plan([cluster.step('Book', { does: [neverAnswers, answers()] })]);
    const anna = await cluster.process([sold]);
    await cluster.begun(anna, sold, { id: 'sale' });
    anna.crash();
    const bert = await cluster.process([booked], { worker: { concurrency: 1 } });
    await cluster.begun(bert, booked, { id: 'loan' });
    return { cluster, sold, booked, bert };
  }

  it('leave the sagas of the other alone, and name them in a warning, once for a while', async () => {
    const { cluster, sold, bert } = await strangers();
    const reported = cluster.logger.messages('warn').length;
    await cluster.clock.advance(300_000);
    expect(await cluster.status('sale')).toBe('running');
    expect(await cluster.stored('sale')).toEqual(['started Sell 1']);
    expect((await bert.get('sale'))?.recoveries).toBe(0);
    const warnings = cluster.logger.messages('warn').slice(reported);
    expect(warnings).toEqual([
      expect.stringMatching(
        /Saga PlaceOrder 'sale' is left alone: it has run 'Sell', and no step of PlaceOrder here is called so/,
      ),
    ]);
    expect(warnings[0]).toContain('application');
    const carl = await cluster.process([sold]);
    await cluster.clock.advance(60_000);
    expect(await carl.get('sale')).toMatchObject({ status: 'completed' });
  });

  it('hold up no saga of their own', async () => {
    const { cluster, booked, bert } = await strangers();
    bert.crash();
    const carl = await cluster.process([booked], { worker: { concurrency: 1 } });
    await cluster.takeover();
    await cluster.clock.advance(60_000);
    expect(await carl.get('loan')).toMatchObject({ status: 'completed' });
    expect(await cluster.status('sale')).toBe('running');
  });

  it('are refused each other’s ids, and an operator can still end what nobody resumes', async () => {
    const { cluster, booked, bert } = await strangers();
    await cluster.takeover();
    expect(await rejectionOf(bert.engine.start(booked, order(), { id: 'sale' }))).toMatchObject({
      code: 'SAGA_CONFLICT',
    });
    const why = { by: 'eve', reason: 'its service is gone' };
    await bert.engine.manual({ ...ref, id: 'sale' }, { act: 'terminate' }, why);
    expect(await bert.get('sale')).toMatchObject({ status: 'parked', parkReason: 'terminated' });
    expect(cluster.log).not.toContain('undo Sell');
  });

  it('park what has a step in common, as before: it may be an older plan', async () => {
    const cluster = new Cluster();
    const sell = cluster.step('Sell', { does: [answers()] });
    const pack = cluster.step('Pack', { does: [neverAnswers, declines()] });
    const anna = await cluster.process([cluster.plan([sell, pack])]);
    await cluster.begun(anna, cluster.plan([sell, pack]));
    anna.crash();
    const bert = await cluster.process([cluster.plan([sell, cluster.step('Send')])]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'definition-mismatch' });
  });
});
