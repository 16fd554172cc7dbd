import { answers, declines, neverAnswers, stopsOnAbort } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

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
    const cancel = bert.engine.cancel(ref, 'changed my mind');
    await settle();
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    await cluster.clock.advance(LEASE / 3);
    await cluster.clock.until(cancel);
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
    const cancel = bert.engine.cancel(ref, 'changed my mind');
    await settle();
    answer.open();
    await settle();
    expect(cluster.log).toEqual(UNDONE);
    expect(cluster.clock.now()).toBe(before);
    await cluster.clock.until(cancel);
    expect(await bert.get()).toMatchObject({ status: 'compensated' });
  });

  it.each([
    ['the pivot', { pivot: true }, /the cancel came too late, its pivot step is done/],
    ['the end', { last: true }, /the cancel came too late, it is completed/],
  ])(
    'that comes too late is told to whoever asked for it: %s was on its way',
    async (_, end, why) => {
      const answer = gate();
      const cluster = new Cluster();
      const charge = cluster.step('Charge', { does: [answer.does], pivot: 'pivot' in end });
      const ship = cluster.step('Ship', { does: [neverAnswers], undoes: null });
      const plan = cluster.plan('last' in end ? [charge] : [charge, ship]);
      await cluster.begun(await cluster.process([plan]), plan);
      const bert = await cluster.process([plan], { worker: false });
      const told = rejectionOf(bert.engine.cancel(ref, 'changed my mind'));
      await settle();
      answer.open();
      expect(await cluster.clock.until(told)).toMatchObject({
        code: 'SAGA_STATE',
        message: expect.stringMatching(why) as string,
      });
      expect(await cluster.stored()).not.toContain('cancel-requested');
    },
  );

  it('is a record in place of an owner that sleeps, who writes nothing past it', async () => {
    const answer = gate();
    const { cluster, plan, anna } = await charging({ does: [answer.does, answers()], pivot: true });
    const bert = await cluster.process([plan], { worker: false });
    anna.pause();
    answer.open();
    await settle();
    await cluster.clock.advance(LEASE);
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind'));
    expect((await cluster.stored()).slice(3, 5)).toEqual(['recovered', 'cancel-requested']);
    anna.wake();
    await settle();
    expect(await cluster.stored()).not.toContain('done Charge 1');
    expect(cluster.log).not.toContain('Ship');
  });

  it('reaches who recovers the saga, when its owner is gone', async () => {
    const { cluster, plan, anna } = await charging();
    const bert = await cluster.process([plan]);
    anna.crash();
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind'));
    await cluster.takeover();
    expect(cluster.log).toEqual(UNDONE);
    expect(await cluster.status()).toBe('compensated');
  });

  it('is a record in one with the take-over: a process that dies right after it loses no cancel', async () => {
    const { cluster, plan, anna } = await charging();
    anna.crash();
    await cluster.journal.requestCancel(ref, 'changed my mind');
    const append = jest.spyOn(cluster.journal, 'append');
    await cluster.process([plan]);
    await cluster.takeover();
    const [first] = append.mock.calls;
    expect(first?.[0].entries.map(({ head }) => JSON.parse(head) as object)).toMatchObject([
      { type: 'recovered' },
      { type: 'cancel-requested', by: 'operator', reason: 'changed my mind' },
      { type: 'compensating' },
      { type: 'undo-started', label: 'Charge' },
    ]);
  });

  it('is written down once, though the request stays in the row', async () => {
    const { cluster, plan } = await charging({ does: [stopsOnAbort], undoes: [neverAnswers] });
    const bert = await cluster.process([plan], { worker: false });
    const cancels = ['first', 'second'].map((reason) => bert.engine.cancel(ref, reason));
    await cluster.clock.advance(LEASE);
    await Promise.all(cancels);
    expect((await cluster.stored()).filter((type) => type === 'cancel-requested')).toHaveLength(1);
  });

  it('that comes too late changes nothing: the pivot was done by then', async () => {
    const answer = gate();
    const { cluster, plan, anna } = await charging({ does: [answer.does], pivot: true });
    const bert = await cluster.process([plan], { worker: false });
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind'));
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
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind'));
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
    await cluster.clock.until(bert.engine.cancel(ref, 'nobody knows'));
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

  it('keeps nothing that he could not act on: somebody else drives it on', async () => {
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
