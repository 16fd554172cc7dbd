import type { SagaHandle } from 'nestjs-saga-orchestrator/core';
import type { InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { answers, declines } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

const payment = { name: 'Payment', id: 'o-1-payment' };

type Participant = Parameters<Cluster['step']>[1];

/** An order that pays by a saga of its own, or refunds by one, and waits for it. */
function shop(where: 'action' | 'undo' = 'action', charge: Participant = {}) {
  const cluster = new Cluster();
  const { does, open } = gate();
  const before = { wait: (): Promise<unknown> => Promise.resolve() };
  const child = cluster.plan(
    [cluster.step('Charge', { does: [does], ...charge }), cluster.step('Book')],
    {
      name: 'Payment',
    },
  );
  let host: Process | undefined;
  const runsChild = async (): Promise<unknown> => {
    await before.wait();
    const handle: SagaHandle = await (host as Process).engine.start(child, {}, { id: payment.id });
    return (await handle.result()).getStepResult('Charge');
  };
  const pay = where === 'action' ? { does: [runsChild] } : { undoes: [runsChild] };
  const steps = [cluster.step('Reserve'), cluster.step('Pay', pay)];
  if (where === 'undo') steps.push(cluster.step('Ship', { does: [declines()] }));
  const parent = cluster.plan(steps);
  const deploy = async (options: Partial<InProcessEngineOptions> = {}): Promise<Process> => {
    return (host = await cluster.process([parent, child], options));
  };
  return { cluster, parent, deploy, open, before };
}

describe('a saga that waits for another one, by a shutdown (semantics 8a)', () => {
  it.each([
    ['action', 'completed', ['started Reserve 1', 'done Reserve 1', 'started Pay 1']],
    ['undo', 'compensated', ['undo-started Pay 1']],
  ] as const)('in its %s: both are released and resumed', async (where, end, stored) => {
    const { cluster, parent, deploy, open } = shop(where);
    const anna = await deploy();
    const told = rejectionOf((await cluster.begun(anna, parent)).result());
    const closed = anna.engine.close();
    open('tx-1');
    await cluster.clock.until(closed);
    expect(await told).toMatchObject({ code: 'SAGA_INTERRUPTED', sagaName: ref.name });
    expect((await cluster.stored()).slice(-stored.length)).toEqual(stored);
    expect(await cluster.journal.get(ref)).toMatchObject({ owner: null, recoveries: 0 });
    expect(await cluster.journal.get(payment)).toMatchObject({ owner: null, recoveries: 0 });
    await deploy();
    await cluster.takeover();
    expect(await cluster.status()).toBe(end);
    expect((await cluster.journal.get(payment))?.status).toBe('completed');
    expect(cluster.times('Charge')).toHaveLength(1);
    expect(cluster.log).not.toContain('undo Charge');
  });

  it('does not count as a recovery, by deploy after deploy', async () => {
    const retry = { retries: 1, delay: 3_600_000, maxDelay: 3_600_000 };
    const backsOff = { does: [declines('closed until nine'), answers('tx-1')], retry };
    const { cluster, parent, deploy } = shop('action', backsOff);
    let process = await deploy();
    await cluster.begun(process, parent);
    for (let deployed = 0; deployed < 10; deployed += 1) {
      await cluster.clock.until(process.engine.close());
      expect(await cluster.journal.get(ref)).toMatchObject({ owner: null, status: 'running' });
      process = await deploy();
      await cluster.takeover();
    }
    await cluster.clock.advance(3_600_000);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.times('Charge')).toHaveLength(2);
    expect(cluster.log).not.toContain('undo Reserve');
  });

  it('does not undo the one that comes to start the other only then', async () => {
    const { cluster, parent, deploy, open, before } = shop();
    open('tx-1');
    const looked = gate();
    before.wait = looked.does;
    const anna = await deploy();
    const told = rejectionOf((await cluster.begun(anna, parent)).result());
    const closed = anna.engine.close();
    looked.open();
    await cluster.clock.until(closed);
    expect(await told).toMatchObject({ code: 'SAGA_INTERRUPTED', sagaName: ref.name });
    expect(await cluster.journal.get(payment)).toBeUndefined();
    await deploy();
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Reserve', 'Pay', 'Pay', 'Charge', 'Book']);
  });
});

describe('a saga that waits for another one, by a failure of the journal (semantics 8a)', () => {
  it.each(['create', 'append'] as const)('a failed %s of the other one', async (method) => {
    const { cluster, parent, deploy, open } = shop();
    open('tx-1');
    const anna = await deploy();
    let failures = 0;
    anna.fault = (called, [request]) => {
      const { name, ref } = request as { name?: string; ref?: { name: string } };
      if (called !== method || (name ?? ref?.name) !== payment.name || failures > 0) return;
      failures += 1;
      throw new Error('disk full');
    };
    const told = rejectionOf((await cluster.begun(anna, parent)).result());
    expect(await told).toMatchObject({ code: 'SAGA_INTERRUPTED', sagaName: ref.name });
    expect(failures).toBe(1);
    await cluster.clock.advance(4 * LEASE);
    expect(await cluster.status()).toBe('completed');
    expect((await cluster.journal.get(payment))?.status).toBe('completed');
    expect(cluster.log).not.toContain('undo Reserve');
    expect(cluster.times('Book')).toHaveLength(1);
  });
});

describe('a saga that waits for another one, which is parked', () => {
  it('is undone with its step in doubt: nobody can tell what the other one did', async () => {
    const { cluster, parent, deploy } = shop();
    const anna = await deploy();
    const told = rejectionOf((await cluster.begun(anna, parent)).result());
    await anna.engine.manual(payment, { act: 'terminate' }, { by: 'eve', reason: 'fraud' });
    await settle();
    expect(await told).toMatchObject({ status: 'compensated', compensated: ['Pay', 'Reserve'] });
    expect(cluster.undoContext('Pay')).toMatchObject({ outcome: 'unknown' });
  });
});
