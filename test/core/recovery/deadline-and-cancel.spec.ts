import { answers, declines, neverAnswers, stopsOnAbort } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { rejectionOf } from '../../support/shop.js';
import { gate } from '../engine/journaled-shop.js';
import { Cluster, LEASE, ref } from './cluster.js';

/** Reserve is done, and Charge is in flight. */
async function charging(charge: Parameters<Cluster['step']>[1] = {}, options = {}) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', { does: [stopsOnAbort, answers()], ...charge }),
    cluster.step('Ship'),
  ]);
  const anna = await cluster.process([plan]);
  const handle = await cluster.begun(anna, plan, options);
  return { cluster, plan, anna, handle };
}

const UNDONE = ['Reserve', 'Charge', 'undo Charge', 'undo Reserve'];

describe('a cancel that another process asks for (semantics 13)', () => {
  it('reaches the owner with its heartbeat: aborts the action, undoes everything', async () => {
    const { cluster, plan } = await charging();
    const bert = await cluster.process([plan], { worker: false });
    await bert.engine.cancel(ref, 'changed my mind');
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    await cluster.clock.advance(LEASE / 3);
    expect(cluster.log).toEqual(UNDONE);
    expect(await bert.get()).toMatchObject({ status: 'compensated' });
    expect((await bert.get())?.timeline).toContainEqual(
      expect.objectContaining({
        type: 'cancel-requested',
        by: 'operator',
        reason: 'changed my mind',
      }),
    );
  });

  it('reaches the owner with its next write, long before its next heartbeat: no step begins', async () => {
    const answer = gate();
    const { cluster, plan } = await charging({ does: [answer.does] });
    const bert = await cluster.process([plan], { worker: false });
    const before = cluster.clock.now();
    await bert.engine.cancel(ref, 'changed my mind');
    answer.open();
    await settle();
    expect(cluster.log).toEqual(UNDONE);
    expect(cluster.clock.now()).toBe(before);
    expect(await bert.get()).toMatchObject({ status: 'compensated' });
  });

  it('reaches who recovers the saga, when its owner is gone', async () => {
    const { cluster, plan, anna } = await charging();
    const bert = await cluster.process([plan]);
    anna.crash();
    await bert.engine.cancel(ref, 'changed my mind');
    await cluster.takeover();
    expect(cluster.log).toEqual(UNDONE);
    expect(await cluster.status()).toBe('compensated');
  });

  it('is written down once, though the wish stays in the row', async () => {
    const { cluster, plan } = await charging({ does: [stopsOnAbort], undoes: [neverAnswers] });
    const bert = await cluster.process([plan], { worker: false });
    await bert.engine.cancel(ref, 'first');
    await bert.engine.cancel(ref, 'second');
    await cluster.clock.advance(LEASE);
    expect((await cluster.stored()).filter((type) => type === 'cancel-requested')).toHaveLength(1);
  });

  it('that comes too late changes nothing: the pivot was done by then', async () => {
    const answer = gate();
    const { cluster, plan, anna } = await charging({ does: [answer.does], pivot: true });
    const bert = await cluster.process([plan], { worker: false });
    await bert.engine.cancel(ref, 'changed my mind');
    answer.open();
    await cluster.clock.advance(LEASE);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
    expect((await anna.get())?.status).toBe('completed');
  });

  it('of a saga that undoes when it is recovered is not written down', async () => {
    const { cluster, plan, anna } = await charging({ does: [declines()] });
    await cluster.takeover();
    expect(await cluster.status()).toBe('compensated');
    expect(await rejectionOf(anna.engine.cancel(ref, 'x'))).toMatchObject({ code: 'SAGA_STATE' });
    const late = await cluster.process([plan]);
    expect(await rejectionOf(late.engine.cancel(ref, 'x'))).toMatchObject({ code: 'SAGA_STATE' });
  });

  it('wakes the saga from a long back-off', async () => {
    const retry = { retries: 3, delay: 3_600_000, maxDelay: 3_600_000 };
    const { cluster, plan } = await charging({ does: [declines()], retry });
    const bert = await cluster.process([plan], { worker: false });
    await bert.engine.cancel(ref, 'changed my mind');
    await cluster.clock.advance(LEASE / 3);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });
});

describe('a cancel of a saga that was parked on its way forward', () => {
  it('undoes what was done, by label, and keeps who asked for it', async () => {
    const { cluster, plan, anna } = await charging({ does: [neverAnswers], idempotent: false });
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'in-doubt' });
    await bert.engine.cancel(ref, 'nobody knows');
    await cluster.takeover();
    expect(cluster.log).toEqual(UNDONE);
    expect(await bert.get()).toMatchObject({ status: 'compensated', parkReason: undefined });
    expect(cluster.undoContext('Reserve').cause).toMatchObject({ code: 'SAGA_CANCELLED' });
  });
});

describe('a deadline (semantics 13)', () => {
  it('that passed while nobody ran the saga undoes it: no action begins after it', async () => {
    const { cluster, plan, anna } = await charging({}, { deadline: 5_000 });
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(cluster.log).toEqual(UNDONE);
    expect(cluster.undoContext('Charge').cause).toMatchObject({
      message: 'The deadline of the saga has passed',
    });
  });

  it('still lies ahead of who takes the saga over', async () => {
    const { cluster, plan, anna } = await charging(
      { does: [neverAnswers, stopsOnAbort] },
      { deadline: 60_000 },
    );
    anna.crash();
    await cluster.process([plan]);
    await cluster.clock.advance(59_999);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge']);
    await cluster.clock.advance(1);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('does not stop a saga that undoes already, nor one past its pivot', async () => {
    const { cluster, plan, anna } = await charging(
      { does: [answers()], pivot: true },
      { deadline: 5_000 },
    );
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(await cluster.stored()).not.toContain('cancel-requested');
  });
});

describe('who acts on a saga', () => {
  // To terminate what hangs elsewhere is the one act that is not.
  it('is refused while another process works on it', async () => {
    const { cluster, plan } = await charging();
    const bert = await cluster.process([plan]);
    expect((await rejectionOf(bert.engine.resume(ref))).message).toMatch(
      /Another process works on saga PlaceOrder 'o-1'/,
    );
  });

  it('keeps nothing that he could not act on: somebody else carries it on', async () => {
    const { cluster, plan, anna } = await charging({ does: [neverAnswers, answers()] });
    anna.crash();
    const bert = await cluster.process([plan], { worker: false });
    await cluster.clock.advance(2 * LEASE);
    let loads = 0;
    bert.fault = (method) => {
      if (method === 'load' && ++loads === 2) throw new Error('connection reset');
    };
    expect(await rejectionOf(bert.engine.resume(ref))).toMatchObject({
      message: 'connection reset',
    });
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
  });
});
