import { setImmediate as turn } from 'node:timers/promises';
import type { Clock, Journal, SagaHandle } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { systemClock } from '../../../../lib/core/ports/index.js';
import { MemoryJournal } from '../../../../lib/journals/memory/index.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { order, Shop } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

const SAGAS = 10_000;
const STALL_MS = 600_000;

/** A real clock that can leap, as it does for a process that a long collection of garbage has held up. */
function leapingClock() {
  let leapt = 0;
  const clock: Clock = { ...systemClock, monotonic: () => systemClock.monotonic() + leapt };
  const stall = (ms: number): void => void (leapt += ms);
  return { clock, stall };
}

/** A journal that answers a turn of the event loop later, and counts what it is asked. */
function counted() {
  const inner = new MemoryJournal();
  const counts = new Map<string, number>();
  const most = new Map<string, number>();
  const underWay = new Map<string, number>();
  const journal = new Proxy(inner, {
    get(target, key: keyof Journal) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        counts.set(key, (counts.get(key) ?? 0) + 1);
        const now = (underWay.get(key) ?? 0) + 1;
        underWay.set(key, now);
        most.set(key, Math.max(most.get(key) ?? 0, now));
        await turn();
        const answer: unknown = await value.apply(target, args);
        underWay.set(key, (underWay.get(key) ?? 0) - 1);
        return answer;
      };
    },
  }) as Journal;
  return { inner, journal, counts, most };
}

/** As many sagas as a busy process has, all of them waiting in their first step. */
async function waiting() {
  const store = counted();
  const logger = new RecordingLogger('warn');
  const charge = gate();
  const shop = new Shop();
  const plan = new Cluster().plan([
    { ...shop.step('Charge'), action: charge.does },
    { ...shop.step('Ship'), action: () => undefined },
  ]);
  const { clock, stall } = leapingClock();
  const environment = { ...shop.environment, clock };
  // Longer than the test takes on the busiest machine: nothing but the leap ends it.
  const engine = new InProcessEngine({
    ...{ journal: store.journal, logger, environment },
    leaseMs: STALL_MS / 2,
  });
  engine.register(plan);
  await engine.recover();
  const ids = Array.from({ length: SAGAS }, (_, n) => `o-${n}`);
  const handles: SagaHandle[] = [];
  // In crowds: all starts at once would be a stall of their own.
  for (let n = 0; n < SAGAS; n += 500) {
    const crowd = ids.slice(n, n + 500).map((id) => engine.start(plan, order(), { id }));
    handles.push(...(await Promise.all(crowd)));
  }
  store.counts.clear();
  store.most.clear();
  const ended = (): Promise<string[]> =>
    Promise.all(
      handles.map((handle) =>
        handle.result().then(
          () => 'completed',
          (error: { code: string }) => error.code,
        ),
      ),
    );
  return { ...store, stall, engine, charge, ended, leaseEnds: () => leaseEnds(logger) };
}

function leaseEnds(logger: RecordingLogger): string[] {
  return logger.messages('error').filter((message) => message.includes('lease of this process'));
}

describe('a process that stood still for longer than its lease (semantics 28a)', () => {
  it('asks once for each of 10,000 sagas whether it is still its own, and all of them go on', async () => {
    const { counts, most, stall, engine, charge, ended, leaseEnds } = await waiting();
    stall(STALL_MS);
    charge.open();
    expect(new Set(await ended())).toEqual(new Set(['completed']));
    expect(most.get('heartbeat')).toBe(1);
    expect(counts.get('heartbeat')).toBe(1);
    expect(leaseEnds()).toEqual([
      expect.stringMatching(/its event loop was blocked, or the machine asleep, for \d+ ms/),
    ]);
    expect(counts.get('get')).toBeLessThanOrEqual(SAGAS);
    expect(counts.get('append')).toBeLessThanOrEqual(SAGAS * 4);
    expect(counts.get('release') ?? 0).toBe(0);
    await engine.close();
  });

  it('stops those that others have taken over, without releasing any of them twice', async () => {
    const { inner, counts, most, stall, engine, charge, ended } = await waiting();
    await inner.heartbeat('bert', 3_600_000);
    const { rows } = await inner.list({ limit: 1 });
    await inner.leave(rows[0]?.owner ?? '');
    const taken = await inner.claim({ owner: 'bert', names: [ref.name], limit: SAGAS });
    expect(taken).toHaveLength(SAGAS);
    stall(STALL_MS);
    charge.open();
    expect(new Set(await ended())).toEqual(new Set(['SAGA_INTERRUPTED']));
    await engine.close();
    expect(most.get('heartbeat') ?? 0).toBeLessThanOrEqual(1);
    expect(counts.get('release')).toBeLessThanOrEqual(SAGAS);
    expect(counts.get('get') ?? 0).toBeLessThanOrEqual(SAGAS);
    expect(counts.get('heartbeat') ?? 0).toBeLessThanOrEqual(2);
    const left = await inner.list({ limit: 1_000 });
    expect(new Set(left.rows.map(({ owner }) => owner))).toEqual(new Set(['bert']));
  });
});

/** Anna waits in Charge; what the log says of her lease. */
async function charging() {
  const cluster = new Cluster();
  const answer = gate();
  const plan = cluster.plan([cluster.step('Charge', { does: [answer.does] })]);
  const anna = await cluster.process([plan], { worker: false });
  const handle = await cluster.begun(anna, plan);
  return { cluster, plan, anna, handle, answer, said: () => leaseEnds(cluster.logger) };
}

describe('the end of a lease is an error in the log, with its reason', () => {
  it('when its heartbeats fail', async () => {
    const { cluster, anna, said } = await charging();
    anna.fault = (method) => {
      if (method === 'heartbeat') throw new Error('connection refused');
    };
    await cluster.clock.advance(3 * LEASE);
    expect(said().filter((line) => line.includes('has ended'))).toEqual([
      expect.stringMatching(/no heartbeat has succeeded for 15000 ms .*connection refused/),
    ]);
  });

  it('when its heartbeats are not answered', async () => {
    const { cluster, said } = await charging();
    const heartbeat = jest.spyOn(cluster.journal, 'heartbeat');
    heartbeat.mockReturnValue(new Promise(() => undefined));
    await cluster.clock.advance(3 * LEASE);
    expect(said()).toEqual([
      expect.stringMatching(/the journal has not answered a heartbeat for 15000 ms/),
    ]);
    heartbeat.mockRestore();
  });

  it('when it stood still, also where nobody took anything over', async () => {
    const { cluster, anna, handle, answer, said } = await charging();
    anna.pause();
    await cluster.clock.advance(2 * LEASE);
    anna.wake();
    await cluster.clock.advance(0);
    expect(said()).toEqual([expect.stringMatching(/blocked, or the machine asleep, for 25000 ms/)]);
    answer.open();
    expect(await cluster.clock.until(handle.result())).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Charge']);
    // Said once.
    await cluster.clock.advance(2 * LEASE);
    expect(said()).toHaveLength(1);
  });
});

describe('a guard of the lease that comes late itself', () => {
  it('looks first whether the heartbeat was answered in the meantime', async () => {
    const { cluster, anna, handle, answer } = await charging();
    anna.latency = () => 2_000;
    await cluster.clock.advance(LEASE / 3 + 3_000);
    anna.pause();
    await cluster.clock.advance(2 * LEASE);
    anna.wake();
    await cluster.clock.advance(LEASE);
    answer.open();
    expect(await cluster.clock.until(handle.result())).toMatchObject({ isSuccess: true });
    expect(cluster.log).toEqual(['Charge']);
  });
});

describe('after a stall that others have noticed', () => {
  it('the step in flight is aborted, though its saga writes nothing meanwhile', async () => {
    const { cluster, plan, anna } = await charging();
    await cluster.process([plan]);
    anna.pause();
    await cluster.takeover();
    anna.wake();
    await cluster.clock.advance(0);
    expect(cluster.calls[0]?.ctx.signal.reason).toMatchObject({ code: 'SAGA_LEASE_LOST' });
  });
});

describe('many who ask for the same lease', () => {
  it('share one heartbeat', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge')]);
    const anna = await cluster.process([plan], { worker: false });
    anna.latency = () => 100;
    const heartbeat = jest.spyOn(cluster.journal, 'heartbeat');
    anna.pause();
    await cluster.clock.advance(2 * LEASE);
    anna.wake();
    const starts = Array.from({ length: 50 }, (_, n) => anna.start(plan, { id: `o-${n}` }));
    await cluster.clock.until(Promise.all(starts));
    expect(heartbeat).toHaveBeenCalledTimes(1);
  });
});
