import { LeaseLostError } from 'nestjs-saga-orchestrator/core';
import { answers, neverAnswers, type Behaviour } from '../../../support/behaviours.js';
import { rejectionOf } from '../../../support/shop.js';
import { Cluster, type Process } from '../cluster.js';

type Fault = Process['fault'];

/** Anna starts an order; bert, who also lives, takes over what she lost. */
async function shop(fault: Fault, does: readonly Behaviour[] = [answers()]) {
  const cluster = new Cluster();
  const plan = cluster.plan([cluster.step('Charge', { does })]);
  const anna = await cluster.process([plan], { worker: false });
  const bert = await cluster.process([plan]);
  anna.fault = fault;
  return { cluster, plan, anna, bert };
}

/** The call arrives, and she sleeps before she hears of it: until the test wakes her. */
function sleepsAfter(call: string): Fault {
  let slept = false;
  return function fault(this: Process, method) {
    if (slept || method !== call) return;
    slept = true;
    this.pause();
  };
}

describe('a start that others overtake (semantics 28)', () => {
  it('waits for the saga that they drive on: it exists', async () => {
    const { cluster, plan, anna } = await shop(sleepsAfter('create'));
    const started = anna.start(plan);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    anna.wake();
    const handle = await cluster.clock.until(started);
    expect(handle.id).toBe('o-1');
    expect(await cluster.clock.until(handle.result())).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Charge']);
  });

  it('so do all who started it at that moment', async () => {
    const { cluster, plan, anna } = await shop(sleepsAfter('create'));
    const started = Promise.all([anna.start(plan), anna.start(plan)]);
    await cluster.takeover();
    anna.wake();
    const runs = Promise.all((await cluster.clock.until(started)).map((one) => one.result()));
    expect(await cluster.clock.until(runs)).toMatchObject([
      { isSuccess: true },
      { isSuccess: true },
    ]);
    expect(cluster.log).toEqual(['Charge']);
  });

  it('waits for its end, whoever drives it by then', async () => {
    const { cluster, plan, anna, bert } = await shop(sleepsAfter('create'), [
      neverAnswers,
      answers(),
    ]);
    const started = anna.start(plan);
    await cluster.takeover();
    anna.wake();
    const ended = (await cluster.clock.until(started)).result();
    bert.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await ended).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Charge', 'Charge']);
  });

  it('may go on, as far as anybody knows, when nobody can look', async () => {
    const { cluster, plan, anna } = await shop(sleepsAfter('create'));
    const error = rejectionOf(anna.start(plan));
    await cluster.takeover();
    let asked = 0;
    anna.fault = (method) => {
      // The first one tells her that the saga is not hers any more.
      if (method === 'get' && (asked += 1) > 1) throw new Error('disk full');
    };
    anna.wake();
    expect(await cluster.clock.until(error)).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      message: expect.stringMatching(/PlaceOrder 'o-1' .*start it again with the same id/),
      cause: { message: 'disk full' },
    });
    expect(asked).toBe(2);
  });

  it('may come yet when the journal fenced it and has no such saga', async () => {
    const fenced = new LeaseLostError('another owner');
    const { cluster, plan, anna } = await shop((method) => {
      if (method === 'create') throw fenced;
    });
    const error = rejectionOf(anna.start(plan));
    expect(await cluster.clock.until(error)).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      cause: fenced,
    });
    expect(cluster.log).toEqual([]);
  });

  it.each(['load', 'append'] as const)(
    'goes on elsewhere when it was to resume the saga, and she slept in its %s',
    async (call) => {
      const cluster = new Cluster();
      const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers()] })]);
      const carl = await cluster.process([plan], { worker: false });
      await cluster.begun(carl, plan);
      carl.crash();
      await cluster.takeover();
      const anna = await cluster.process([plan], { worker: false });
      const sleep = sleepsAfter(call);
      anna.fault = (method) => {
        if (method === 'claim') anna.fault = sleep;
      };
      const error = rejectionOf(anna.start(plan, { resumeFrom: 'Charge' }));
      await cluster.process([plan]);
      await cluster.takeover();
      expect(await cluster.status()).toBe('completed');
      anna.wake();
      expect(await cluster.clock.until(error)).toMatchObject({
        code: 'SAGA_INTERRUPTED',
        cause: { code: 'SAGA_LEASE_LOST' },
      });
      expect(cluster.log).toEqual(['Charge', 'Charge']);
    },
  );
});
