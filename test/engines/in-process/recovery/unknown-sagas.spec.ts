import { neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { Cluster, LEASE, ref } from '../cluster.js';

const TEN_MINUTES = 600_000;

/** Anna has died with a saga whose class Bert does not have. */
async function renamed(version = 1) {
  const cluster = new Cluster();
  const old = cluster.plan([cluster.step('Charge', { does: [neverAnswers] })], {
    name: 'o',
    version,
  });
  const anna = await cluster.process([old]);
  await cluster.begun(anna, old);
  anna.crash();
  const lines = () => cluster.logger.messages('warn').filter((line) => line.includes('wait'));
  const known = cluster.plan([cluster.step('Charge')]);
  return { cluster, known, lines };
}

describe('sagas that nobody here knows (rule 26)', () => {
  it('are told of once their process is gone, by name and version, with what to do', async () => {
    const { cluster, known, lines } = await renamed(3);
    await cluster.process([known]);
    // Whoever lives may work on them: it is no matter of ours.
    expect(lines()).toEqual([]);
    await cluster.clock.advance(TEN_MINUTES);
    expect(lines()).toEqual([
      expect.stringMatching(
        /^1 saga 'o' of version 3 waits .* renamed, removed or minified.* cancel, terminate and forget/,
      ),
    ]);
    expect(await cluster.journal.get({ ...ref, name: 'o' })).toMatchObject({
      status: 'running',
      recoveries: 0,
    });
  });

  it('are told of at the start, and again every ten minutes, for as long as they wait', async () => {
    const { cluster, known, lines } = await renamed();
    await cluster.clock.advance(TEN_MINUTES);
    const bert = await cluster.process([known]);
    expect(lines()).toHaveLength(1);
    await cluster.clock.advance(2 * TEN_MINUTES);
    expect(lines()).toHaveLength(3);
    await bert.engine.close();
    await cluster.clock.advance(2 * TEN_MINUTES);
    expect(lines()).toHaveLength(3);
  });

  it('are not told of by those who know them, and resumed', async () => {
    const { cluster, lines } = await renamed();
    await cluster.clock.advance(TEN_MINUTES);
    await cluster.process([cluster.plan([cluster.step('Charge')], { name: 'o' })]);
    await cluster.takeover();
    expect(lines()).toEqual([]);
    expect((await cluster.journal.get({ ...ref, name: 'o' }))?.status).toBe('completed');
  });

  it('a journal that cannot tell is asked again, and holds up nothing', async () => {
    const { cluster, known } = await renamed();
    const abandoned = jest
      .spyOn(cluster.journal, 'abandoned')
      .mockRejectedValueOnce(new Error('connection reset'));
    await cluster.process([known]);
    await settle();
    expect(cluster.logger.messages('warn')).toEqual([
      'Sagas that nobody knows could not be looked up; it is tried again',
    ]);
    await cluster.clock.advance(TEN_MINUTES);
    expect(abandoned).toHaveBeenCalledTimes(2);
  });
});

describe('acts on a saga that nobody here knows', () => {
  const old = { ...ref, name: 'o' };
  const why = { by: 'eve', reason: 'ticket 4711' };

  it('a cancel is left for whoever comes to know it', async () => {
    const { cluster, known } = await renamed();
    const bert = await cluster.process([known]);
    await cluster.takeover();
    // Nobody answers it yet, and it may wait for that; what counts is that it is kept.
    void bert.engine.cancel(old, 'changed my mind').catch(() => undefined);
    await settle();
    expect((await cluster.journal.get(old))?.cancelReason).toBe('changed my mind');
    await cluster.process([cluster.plan([cluster.step('Charge')], { name: 'o' })]);
    await cluster.takeover();
    expect((await cluster.journal.get(old))?.status).toBe('compensated');
  });

  it('it is terminated, looked at, listed and forgotten', async () => {
    const { cluster, known } = await renamed();
    const bert = await cluster.process([known]);
    await cluster.takeover();
    await bert.engine.manual(old, { act: 'terminate' }, why);
    expect(await bert.engine.get(old)).toMatchObject({
      status: 'parked',
      parkReason: 'terminated',
      timeline: expect.arrayContaining([expect.objectContaining(why)]) as unknown,
    });
    expect((await bert.engine.list({ name: 'o' })).sagas).toHaveLength(1);
    await bert.engine.forget(old);
    expect(await bert.engine.get(old)).toBeUndefined();
  });

  it('one that is parked can only be sent back by who knows its undos', async () => {
    const { cluster, known } = await renamed();
    const bert = await cluster.process([known]);
    const anna = await cluster.process([
      cluster.plan([cluster.step('Charge', { does: [neverAnswers], idempotent: false })], {
        name: 'o',
        version: 2,
      }),
    ]);
    await cluster.takeover();
    anna.crash();
    expect((await cluster.journal.get(old))?.status).toBe('parked');
    await expect(bert.engine.cancel(old, 'changed my mind')).rejects.toMatchObject({
      code: 'SAGA_NOT_FOUND',
    });
    expect((await cluster.journal.get(old))?.cancelReason).toBeNull();
  });
});

describe('terminate', () => {
  it('stops a step that hangs in another process (rule 13)', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Reserve'),
      cluster.step('Charge', { does: [neverAnswers] }),
    ]);
    const anna = await cluster.process([plan]);
    const handle = await cluster.begun(anna, plan);
    const told = handle.result().catch((error: unknown) => error);
    const bert = await cluster.process([plan]);
    await bert.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'it hangs' });
    expect(await cluster.status()).toBe('parked');
    // Her next heartbeat tells her.
    await cluster.clock.advance(LEASE / 3 + 1);
    expect(await told).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(anna.isUp).toBe(true);
    // Nothing of it goes on: neither there nor by a recovery.
    await cluster.takeover();
    expect((await cluster.stored()).at(-1)).toBe('manual');
  });

  it('is refused, and changes nothing, once a saga has ended', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Reserve')]);
    const anna = await cluster.process([plan]);
    await (await anna.start(plan)).result();
    const bert = await cluster.process([plan]);
    await expect(
      bert.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'it hangs' }),
    ).rejects.toMatchObject({ code: 'SAGA_STATE' });
    expect(await cluster.status()).toBe('completed');
  });
});
