import { answers, declines } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

/** What a process asks its journal, in order, from here on; its heartbeats wait for the test. */
function watched(process: Process) {
  const asked: string[] = [];
  process.fault = (method) => void asked.push(method);
  return asked;
}

/** Parked past its pivot; then the lease of the process ends, and no heartbeat gets through. */
async function parkedWithoutLease() {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Charge', { pivot: true }),
    cluster.step('Ship', { does: [declines(), answers()] }),
  ]);
  const anna = await cluster.process([plan], { worker: false });
  await rejectionOf(cluster.clock.until((await anna.start(plan)).result()));
  expect(await cluster.status()).toBe('parked');
  let works = false;
  anna.fault = (method) => {
    if (method === 'heartbeat' && !works) throw new Error('connection refused');
  };
  await cluster.clock.advance(2 * LEASE);
  const claim = jest.spyOn(cluster.journal, 'claim');
  return { cluster, plan, anna, claim, repair: () => (works = true) };
}

describe('a process whose lease has ended (semantics 28)', () => {
  const acts: [string, (anna: Process) => Promise<unknown>][] = [
    ['resume', ({ engine }) => engine.resume(ref)],
    ['cancel', ({ engine }) => engine.cancel(ref, 'too late')],
    [
      'terminate',
      ({ engine }) => engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'test' }),
    ],
  ];

  it.each(acts)('owns nothing more: it can not %s a saga', async (_, act) => {
    const { cluster, anna, claim } = await parkedWithoutLease();
    const refused = await rejectionOf(act(anna));
    expect(refused).toMatchObject({
      code: 'SAGA_JOURNAL',
      cause: { message: 'connection refused' },
    });
    expect(claim).not.toHaveBeenCalled();
    expect(cluster.log).toEqual(['Charge', 'Ship']);
    expect(await cluster.status()).toBe('parked');
  });

  it('can do so again once its heartbeat gets through', async () => {
    const { cluster, anna, repair } = await parkedWithoutLease();
    repair();
    const { result } = await anna.engine.resume(ref);
    expect(await cluster.clock.until(result())).toMatchObject({ isSuccess: true });
  });
});

/** Anna waits in Charge, and sleeps for longer than her lease; nobody takes over. */
async function overslept() {
  const cluster = new Cluster();
  const charge = gate();
  const plan = cluster.plan([
    cluster.step('Charge', { does: [charge.does] }),
    cluster.step('Ship'),
  ]);
  const anna = await cluster.process([plan], { worker: false });
  const handle = await cluster.begun(anna, plan);
  // Her timers stand still with her; her clock does not.
  anna.pause();
  await cluster.clock.advance(2 * LEASE);
  return { cluster, anna, handle, charge };
}

describe('a process that woke up after its lease', () => {
  it('claims nothing for the cancel that it slept over: it stands in the row', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [gate().does] })]);
    const bob = await cluster.process([plan], { worker: false });
    await cluster.begun(bob, plan);
    bob.crash();
    const anna = await cluster.process([plan], { worker: false });
    const claim = jest.spyOn(cluster.journal, 'claim');
    anna.fault = (method) => {
      if (method === 'requestCancel') anna.pause();
      if (method === 'heartbeat') throw new Error('connection refused');
    };
    const refused = rejectionOf(anna.engine.cancel(ref, 'changed my mind'));
    await settle();
    await cluster.clock.advance(2 * LEASE);
    anna.wake();
    expect(await refused).toMatchObject({
      code: 'SAGA_JOURNAL',
      cause: { message: 'connection refused' },
    });
    expect(claim).not.toHaveBeenCalled();
    expect(await cluster.journal.get(ref)).toMatchObject({ cancelReason: 'changed my mind' });
  });

  it('beats, then asks whose the saga is, then goes on, and waits for each answer', async () => {
    const { cluster, anna, charge } = await overslept();
    const asked = watched(anna);
    const beat = gate();
    const heartbeat = cluster.journal.heartbeat.bind(cluster.journal);
    jest.spyOn(cluster.journal, 'heartbeat').mockImplementation(async (...args) => {
      await beat.does();
      return heartbeat(...args);
    });
    charge.open();
    anna.wake();
    await settle();
    expect(asked).toContain('append');
    expect(asked).toContain('heartbeat');
    expect(asked).not.toContain('get');
    expect(cluster.log).toEqual(['Charge']);
    beat.open();
    await settle();
    expect(asked.indexOf('get')).toBeGreaterThan(asked.indexOf('heartbeat'));
    expect(cluster.log).toEqual(['Charge', 'Ship']);
    expect(await cluster.status()).toBe('completed');
  });

  it('begins nothing while the journal does not say whose the saga is', async () => {
    const { cluster, anna, charge } = await overslept();
    const answer = gate();
    const get = cluster.journal.get.bind(cluster.journal);
    jest.spyOn(cluster.journal, 'get').mockImplementation(async (asked) => {
      await answer.does();
      return get(asked);
    });
    charge.open();
    anna.wake();
    await settle();
    expect(cluster.log).toEqual(['Charge']);
    answer.open();
    await settle();
    expect(cluster.log).toEqual(['Charge', 'Ship']);
  });

  it('begins nothing when nobody can tell: the caller is told that the saga goes on', async () => {
    const { cluster, anna, handle, charge } = await overslept();
    anna.fault = (method) => {
      if (method === 'get') throw new Error('connection refused');
    };
    charge.open();
    anna.wake();
    expect(await rejectionOf(handle.result())).toMatchObject({
      code: 'SAGA_INTERRUPTED',
      cause: { code: 'SAGA_JOURNAL' },
    });
    expect(cluster.log).toEqual(['Charge']);
  });
});
