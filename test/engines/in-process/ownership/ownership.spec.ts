import { SagaInterruptedError } from 'nestjs-saga-orchestrator/core';
import { Lease } from '../../../../lib/engines/in-process/ownership/lease.js';
import { answers, neverAnswers } from '../../../support/behaviours.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

/** Anna waits in Charge for an answer that the test gives; every later charge answers at once. */
async function charging() {
  const cluster = new Cluster();
  const answer = gate();
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', { does: [answer.does, answers('second')] }),
    cluster.step('Ship'),
  ]);
  const anna = await cluster.process([plan]);
  const handle = await cluster.begun(anna, plan);
  const signal = () => cluster.calls[1]?.ctx.signal;
  return { cluster, plan, anna, handle, answer, signal };
}

const noHeartbeat = (method: string): void => {
  if (method === 'heartbeat') throw new Error('connection refused');
};

describe('a process that loses its sagas (semantics 28)', () => {
  it('writes nothing when it wakes up, and tells its caller that the saga goes on', async () => {
    const { cluster, plan, anna, handle, answer } = await charging();
    await cluster.process([plan]);
    anna.pause();
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    const before = await cluster.journal.load(ref);
    anna.wake();
    answer.open('first');
    const error = await rejectionOf(cluster.clock.until(handle.result()));
    expect(error).toBeInstanceOf(SagaInterruptedError);
    expect(error.cause).toMatchObject({ code: 'SAGA_LEASE_LOST' });
    await cluster.takeover();
    expect(await cluster.journal.load(ref)).toEqual(before);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
  });

  it('undoes nothing when its step fails after that', async () => {
    const cluster = new Cluster();
    const answer = gate();
    const plan = cluster.plan([
      cluster.step('Reserve'),
      cluster.step('Charge', {
        does: [() => answer.does().then(() => Promise.reject(new Error('late'))), neverAnswers],
      }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.process([plan]);
    anna.pause();
    await cluster.takeover();
    anna.wake();
    answer.open();
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge']);
    expect(await cluster.status()).toBe('running');
  });

  it('stops by its own clock when its heartbeats fail: at the lease, and aborts the step', async () => {
    const { cluster, anna, handle, signal } = await charging();
    anna.fault = noHeartbeat;
    await cluster.clock.advance(LEASE - 1);
    expect(signal()?.aborted).toBe(false);
    await cluster.clock.advance(1);
    expect(signal()?.aborted).toBe(true);
    expect(signal()?.reason).toMatchObject({ code: 'SAGA_LEASE_LOST' });
    expect(await rejectionOf(handle.result())).toBeInstanceOf(SagaInterruptedError);
    expect(cluster.logger.messages('error')[0]).toMatch(/heartbeat of this process failed/);
    expect(await cluster.stored()).toEqual([
      'started Reserve 1',
      'done Reserve 1',
      'started Charge 1',
    ]);
  });

  it('stops by its own clock when its heartbeats hang', async () => {
    const { cluster, anna, handle, signal } = await charging();
    const heartbeat = jest.spyOn(cluster.journal, 'heartbeat');
    heartbeat.mockReturnValue(new Promise(() => undefined));
    handle.result().catch(() => undefined);
    await cluster.clock.advance(LEASE - 1);
    expect(signal()?.aborted).toBe(false);
    await cluster.clock.advance(1);
    expect(signal()?.aborted).toBe(true);
    expect(anna.engine).toBeDefined();
    heartbeat.mockRestore();
  });

  it('has its lease for as long as its newest heartbeat says, whichever answer comes last', () => {
    const clock = new ManualClock();
    const lease = new Lease(clock, LEASE, () => Promise.resolve());
    lease.renewed(clock.monotonic());
    lease.renewed(clock.monotonic() - LEASE / 2);
    expect(lease).toMatchObject({ left: LEASE, generation: 1 });
  });

  it('keeps them over heartbeats that fail for less than the lease', async () => {
    const { cluster, plan, anna, handle, answer } = await charging();
    await cluster.process([plan]);
    anna.fault = noHeartbeat;
    await cluster.clock.advance(LEASE - 1_000);
    anna.fault = () => undefined;
    await cluster.clock.advance(5 * LEASE);
    answer.open('first');
    expect(await handle.result()).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('beats no more once it is closed, also when its last heartbeat is answered after that', async () => {
    const { cluster, anna } = await charging();
    let beats = 0;
    anna.fault = (method) => {
      if (method === 'heartbeat') beats += 1;
    };
    const held: (() => void)[] = [];
    const heartbeat = jest.spyOn(cluster.journal, 'heartbeat');
    heartbeat.mockImplementation(() => new Promise((resolve) => held.push(() => resolve([]))));
    await cluster.clock.advance(LEASE / 3);
    expect(beats).toBe(1);
    await cluster.clock.until(anna.engine.close());
    for (const answer of held.splice(0)) answer();
    heartbeat.mockRestore();
    await cluster.clock.advance(3 * LEASE);
    expect(beats).toBe(1);
  });

  it('looks once for what a claim without an answer took, and no more once it has looked', async () => {
    const { cluster, anna } = await charging();
    let claims = 0;
    anna.fault = (method) => {
      if (method !== 'claim' || claims > 0) return;
      claims += 1;
      throw new Error('connection lost');
    };
    const list = jest.spyOn(cluster.journal, 'list');
    await cluster.clock.advance(5 * LEASE);
    expect(claims).toBe(1);
    // Only that search asks for pages as large as they may be.
    const searches = list.mock.calls.filter(
      ([{ limit, status }]) => limit === 1_000 && Array.isArray(status),
    );
    expect(searches).toHaveLength(1);
  });

  it('releases what it stopped once its heartbeat comes back: somebody resumes it', async () => {
    const { cluster, anna } = await charging();
    anna.fault = noHeartbeat;
    await cluster.clock.advance(2 * LEASE);
    anna.fault = () => undefined;
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
    expect(await cluster.status()).toBe('completed');
  });

  it('starts nothing while its lease has ended', async () => {
    const { cluster, plan, anna } = await charging();
    anna.fault = noHeartbeat;
    await cluster.clock.advance(2 * LEASE);
    const refused = await rejectionOf(anna.start(plan, { id: 'o-2' }));
    expect(refused).toMatchObject({ message: /connection refused/ });
    expect(await cluster.status('o-2')).toBeUndefined();
    anna.fault = () => undefined;
    await cluster.begun(anna, plan, { id: 'o-2' });
    expect(await cluster.status('o-2')).toBe('completed');
  });

  it('works on when nobody took its saga over while it slept', async () => {
    const { cluster, anna, handle, answer } = await charging();
    anna.pause();
    await cluster.clock.advance(2 * LEASE);
    anna.wake();
    await cluster.takeover();
    answer.open('first');
    expect(await handle.result()).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it.each([
    ['begins nothing when it wakes up after its write and somebody took over', true],
    ['goes on when it wakes up after its write and nobody did', false],
  ])('%s', async (_, takenOver) => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Reserve'), cluster.step('Charge')]);
    const anna = await cluster.process([plan], { worker: false });
    anna.fault = (method, [batch]) => {
      const stored = JSON.stringify((batch as { entries?: unknown } | undefined)?.entries ?? '');
      // The write arrives; its answer waits until the process is awake again.
      if (method === 'append' && stored.includes('Charge')) anna.pause();
    };
    const handle = await cluster.begun(anna, plan);
    expect(await cluster.stored()).toContain('started Charge 1');
    if (takenOver) await cluster.process([plan]);
    await cluster.takeover();
    expect(cluster.log).toEqual(takenOver ? ['Reserve', 'Charge'] : ['Reserve']);
    anna.fault = () => undefined;
    anna.wake();
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    expect(await cluster.status()).toBe('completed');
    const ended = await handle.result().then(
      () => 'completed',
      (error: { code: string }) => error.code,
    );
    expect(ended).toBe(takenOver ? 'SAGA_INTERRUPTED' : 'completed');
  });

  it('never works on a saga twice at once: who takes it up again here stops the first', async () => {
    const { cluster, anna, signal } = await charging();
    await anna.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'test' });
    expect(signal()?.aborted).toBe(true);
    expect(await cluster.status()).toBe('parked');
  });
});

describe('a saga that its process had to stop, though it lives (semantics 8)', () => {
  it.each([
    ['done', 1],
    ['started', 1],
    ['recovered', 0],
  ])('is resumed after a write of "%s" failed', async (type) => {
    const { cluster, plan, anna, answer } = await charging();
    const bert = await cluster.process([plan]);
    if (type === 'recovered') anna.crash();
    let fired = 0;
    anna.fault = bert.fault = (method, [batch]) => {
      const { entries = [] } = (batch ?? {}) as { entries?: { head: string }[] };
      if (method !== 'append' || fired > 0) return;
      if (!entries.some(({ head }) => head.includes(`"type":"${type}"`))) return;
      fired += 1;
      throw new Error('disk full');
    };
    answer.open('first');
    await cluster.takeover();
    await cluster.takeover();
    expect(fired).toBe(1);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.times('Reserve')).toHaveLength(1);
  });

  it('is resumed when its start was stored, though the answer was an error', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge')]);
    const anna = await cluster.process([plan]);
    const create = cluster.journal.create.bind(cluster.journal);
    jest.spyOn(cluster.journal, 'create').mockImplementationOnce(async (saga) => {
      await create(saga);
      throw new Error('connection reset');
    });
    expect(await rejectionOf(anna.start(plan))).toMatchObject({ code: 'SAGA_JOURNAL' });
    expect(cluster.log).toEqual([]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Charge']);
  });

  it('is released at last, though its release fails at first', async () => {
    const { cluster, anna, answer } = await charging();
    const fired = { append: 0, release: 0 };
    anna.fault = (method) => {
      if (method === 'append' && fired.append === 0) {
        fired.append += 1;
        throw new Error('disk full');
      }
      if (method === 'release' && (fired.release += 1) < 3) throw new Error('disk full');
    };
    answer.open('first');
    await cluster.takeover();
    expect(fired).toEqual({ append: 1, release: 3 });
    expect(await cluster.status()).toBe('completed');
  });
});
