import { defineSaga, type Clock } from 'nestjs-saga-orchestrator/core';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { answers, declines, neverAnswers } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { rejectionOf } from '../../support/shop.js';
import { Cluster, ref } from './cluster.js';
import { JournaledShop } from './journaled-shop.js';

describe('an engine that is idle', () => {
  it('keeps no process alive: its heartbeat, recovery and retention wait in the background', async () => {
    const shop = new JournaledShop();
    const waits: (boolean | undefined)[] = [];
    const clock: Clock = {
      now: () => shop.clock.now(),
      monotonic: () => shop.clock.monotonic(),
      schedule: (ms, callback, background) => {
        waits.push(background);
        return shop.clock.schedule(ms, callback);
      },
    };
    const watched = new JournaledShop({
      journal: new MemoryJournal(() => shop.clock.now()),
      environment: { ...shop.environment, clock },
      deleteAfter: { completed: 60_000 },
    });
    watched.engine.register(defineSaga('PlaceOrder', [watched.step('Charge')]));
    await watched.engine.recover();
    await shop.clock.advance(60_000);
    expect(waits.length).toBeGreaterThan(5);
    expect(waits).toEqual(waits.map(() => true));
    await watched.engine.close();
  });
});

describe('an act that comes second', () => {
  it('a cancel does not send back what was terminated while it was on its way', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge'),
      cluster.step('Ship', { does: [neverAnswers, answers()], idempotent: false }),
    ]);
    const anna = await cluster.process([plan], { worker: false });
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    const carl = await cluster.process([plan], { worker: false });
    const claim = cluster.journal.claim.bind(cluster.journal);
    const spy = jest.spyOn(cluster.journal, 'claim').mockImplementationOnce(async (request) => {
      await carl.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'test' });
      return claim(request);
    });
    expect(await rejectionOf(bert.engine.cancel(ref, 'rolled back'))).toMatchObject({
      code: 'SAGA_STATE',
      message: expect.stringContaining('terminated'),
    });
    spy.mockRestore();
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'terminated' });
    expect(cluster.log).toEqual(['Charge', 'Ship']);
  });

  it('a cancel of what another process has begun to undo is refused', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { undoes: [neverAnswers] }),
      cluster.step('Ship', { does: [declines()] }),
    ]);
    const anna = await cluster.process([plan], { worker: false });
    await cluster.begun(anna, plan);
    await settle();
    expect(await cluster.status()).toBe('compensating');
    const bert = await cluster.process([plan], { worker: false });
    expect(await rejectionOf(bert.engine.cancel(ref, 'too late'))).toMatchObject({
      code: 'SAGA_STATE',
      message: expect.stringContaining('compensating already'),
    });
    expect((await cluster.journal.get(ref))?.cancelReason).toBeNull();
  });
});

describe('a saga that a newer version has begun', () => {
  it('is driven on by an older one whose plan can do it, and left alone by one that cannot', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers, answers()] });
    const newer = cluster.plan([charge], { version: 2 });
    const anna = await cluster.process([newer], { worker: false });
    await cluster.begun(anna, newer);
    anna.crash();
    await cluster.process([cluster.plan([cluster.step('Look')], { version: 1 })]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('running');
    await cluster.process([cluster.plan([charge], { version: 1 })]);
    await cluster.takeover();
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Charge', 'Charge']);
  });
});
