import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { failureOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

/** An order whose process dies while it charges; every later charge succeeds. */
async function crashedWhileCharging(options = {}) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Reserve', { does: [answers('shelf 7')] }),
    cluster.step('Charge', { does: [neverAnswers, answers('tx-1')], ...options }),
    cluster.step('Ship'),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  return { cluster, plan, anna };
}

describe('a saga whose process died (semantics 26)', () => {
  it('is resumed by another one: what is done is not done again', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    const bert = await cluster.process([plan]);
    anna.crash();
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
    expect(await cluster.status()).toBe('completed');
    expect((await bert.get())?.timeline.map(({ type }) => type)).toEqual([
      'started',
      'done',
      'started',
      'recovered',
      'started',
      'done',
      'started',
      'done',
      'completed',
    ]);
  });

  it('shows the next process the results and the context as they were stored', async () => {
    const cluster = new Cluster();
    const seen: unknown[] = [];
    const plan = cluster.plan([
      cluster.step('Reserve', {
        does: [
          (ctx) => {
            (ctx.context as { orderId?: string }).orderId = 'o-77';
            return { shelf: 7n };
          },
        ],
      }),
      cluster.step('Charge', {
        does: [
          neverAnswers,
          (ctx) => seen.push(ctx.context, ctx.getStepResult('Reserve'), ctx.idempotencyKey),
        ],
      }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    const first = cluster.calls[1]?.ctx.idempotencyKey;
    expect(seen).toEqual([
      { userId: 'user-1', productId: 'tea', quantity: 2, orderId: 'o-77' },
      { shelf: 7n },
      first,
    ]);
  });

  it('goes on compensating when it was compensating', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Create'),
      cluster.step('Reserve', { undoes: [neverAnswers, answers()] }),
      cluster.step('Charge', { does: [declines()] }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.process([plan]);
    anna.crash();
    await cluster.takeover();
    expect(cluster.log).toEqual([
      'Create',
      'Reserve',
      'Charge',
      'undo Reserve',
      'undo Reserve',
      'undo Create',
    ]);
    expect(await cluster.status()).toBe('compensated');
  });

  it('is claimed when the heartbeat has expired, and not a moment before', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    await cluster.process([plan], { worker: { pollMs: 10 } });
    const lastBeat = cluster.clock.monotonic();
    anna.crash();
    await cluster.clock.advance(LEASE);
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    await cluster.clock.advance(20);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
    expect(cluster.times('Charge')[1]).toBeGreaterThan(lastBeat + LEASE);
  });

  it('is left alone as long as its process beats, however long its step takes', async () => {
    const { cluster, plan } = await crashedWhileCharging();
    await cluster.process([plan], { worker: { pollMs: 10 } });
    await cluster.clock.advance(20 * LEASE);
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    expect((await cluster.journal.get(ref))?.epoch).toBe(1);
  });

  it('is left alone by who does not know its name', async () => {
    const { cluster, anna } = await crashedWhileCharging();
    const other = cluster.plan([cluster.step('Refund')], { name: 'ReturnOrder' });
    await cluster.process([other]);
    anna.crash();
    await cluster.clock.advance(20 * LEASE);
    expect(await cluster.journal.get(ref)).toMatchObject({ recoveries: 0, status: 'running' });
  });

  it('is resumed by exactly one of many', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    for (let i = 0; i < 8; i += 1) await cluster.process([plan]);
    anna.crash();
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
  });

  it('goes to whoever registers its name later', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    const bert = await cluster.process([]);
    anna.crash();
    await cluster.takeover();
    expect(await cluster.status()).toBe('running');
    bert.engine.register(plan);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
  });

  it('waits out the rest of a back-off, and no more', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging({
      does: [declines(), answers()],
      retry: { retries: 1, delay: 60_000, maxDelay: 60_000 },
    });
    await cluster.process([plan]);
    anna.crash();
    await cluster.clock.advance(90_000);
    expect(cluster.times('Charge')).toEqual([0, 60_000]);
  });

  it('tells who starts its id again how it ended, wherever it was resumed', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    const bert = await cluster.process([plan]);
    const carl = await cluster.process([plan], { worker: false });
    anna.crash();
    const again = await carl.start(plan);
    const run = await cluster.clock.until(again.result());
    expect(run.getStepResult('Charge')).toBe('tx-1');
    expect(await (await bert.start(plan)).result()).toMatchObject({ isSuccess: true });
    expect(cluster.times('Charge')).toHaveLength(2);
  });
});

describe('a process that does not recover (worker: false)', () => {
  it('starts sagas, and leaves what others left behind', async () => {
    const { cluster, plan, anna } = await crashedWhileCharging();
    const web = await cluster.process([plan], { worker: false });
    anna.crash();
    await cluster.clock.advance(10 * LEASE);
    expect(await cluster.status()).toBe('running');
    await cluster.begun(web, plan, { id: 'o-2' });
    expect(await cluster.status('o-2')).toBe('completed');
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
  });
});

describe('the undo in flight (semantics 27b)', () => {
  const steps = ['Create', 'Reserve', 'Charge'] as const;

  it.each(steps.map((label, index) => [label, index] as const))(
    'of %s may run once more; none that is finished, and none is left out',
    async (label, index) => {
      const cluster = new Cluster();
      const plan = cluster.plan([
        ...steps.map((step) =>
          cluster.step(step, step === label ? { undoes: [neverAnswers, answers()] } : {}),
        ),
        cluster.step('Ship', { does: [declines()] }),
      ]);
      const anna = await cluster.process([plan]);
      await cluster.begun(anna, plan);
      anna.crash();
      await cluster.process([plan]);
      await cluster.takeover();
      const undos = steps.toReversed().map((step) => `undo ${step}`);
      undos.splice(2 - index, 0, `undo ${label}`);
      expect(cluster.log.slice(4)).toEqual(undos);
      expect(await cluster.status()).toBe('compensated');
    },
  );

  it('does not lose its attempts: those that failed before the crash stay failed', async () => {
    const cluster = new Cluster();
    const refund = { undoes: [declines('no'), neverAnswers, declines('no')] };
    const plan = cluster.plan([
      cluster.step('Charge', { ...refund, compensationRetry: { retries: 2, delay: 10 } }),
      cluster.step('Ship', { does: [declines()] }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.clock.advance(20);
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    await settle();
    // Attempt 1 failed, 2 was cut off and is made again, 3 is the last.
    expect((await cluster.stored()).filter((record) => record.startsWith('undo'))).toEqual([
      'undo-started Charge 1',
      'undo-failed Charge 1',
      'undo-started Charge 2',
      'undo-started Charge 2',
      'undo-failed Charge 2',
      'undo-started Charge 3',
      'undo-failed Charge 3',
    ]);
    expect(await cluster.status()).toBe('parked');
  });

  it('whose end somebody waits for is not taken for a start of its id that is refused', async () => {
    const cluster = new Cluster();
    const charge = gate();
    const plan = cluster.plan([cluster.step('Charge', { does: [charge.does] })]);
    const [anna, bert] = [await cluster.process([plan]), await cluster.process([plan])];
    await cluster.begun(anna, plan);
    const first = await cluster.clock.until(bert.start(plan));
    bert.latency = () => 1_000;
    const again = bert.start(plan).then((handle) => handle.result());
    const told = Promise.all([first.result(), again].map(failureOf));
    await cluster.clock.advance(500);
    const cancelled = bert.engine.cancel(ref, 'changed my mind');
    await cluster.clock.advance(2 * LEASE);
    charge.open();
    await cluster.clock.advance(2 * LEASE);
    await cancelled;
    expect((await told).map(({ status }) => status)).toEqual(['compensated', 'compensated']);
  });
});
