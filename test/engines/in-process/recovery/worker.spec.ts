import { answers, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref } from '../cluster.js';

/** Ten orders whose process died while each of them was charged. */
async function tenLeftBehind(second: () => unknown = () => undefined) {
  const cluster = new Cluster();
  const never = Array.from({ length: 10 }, () => neverAnswers);
  const plan = cluster.plan([cluster.step('Charge', { does: [...never, second] })]);
  const anna = await cluster.process([plan]);
  for (let n = 0; n < 10; n += 1) await cluster.begun(anna, plan, { id: `o-${n}` });
  anna.crash();
  const statuses = async () => {
    const { rows } = await cluster.journal.list({ status: 'completed' });
    return rows.length;
  };
  return { cluster, plan, statuses };
}

describe('the recovery worker', () => {
  it('works on no more sagas at once than it is told to, and gets through all of them', async () => {
    let working = 0;
    let most = 0;
    const { cluster, plan, statuses } = await tenLeftBehind(async () => {
      most = Math.max(most, (working += 1));
      await new Promise<void>((resolve) => cluster.clock.schedule(1_000, resolve));
      working -= 1;
    });
    await cluster.process([plan], { worker: { concurrency: 3, pollMs: 1_000 } });
    await cluster.clock.advance(4 * LEASE);
    expect(most).toBe(3);
    expect(await statuses()).toBe(10);
  });

  it('takes up more as soon as it has room again, without waiting for its next look', async () => {
    const { cluster, plan, statuses } = await tenLeftBehind(
      () => new Promise<void>((resolve) => cluster.clock.schedule(10, resolve)),
    );
    await cluster.clock.advance(2 * LEASE);
    const claim = jest.spyOn(cluster.journal, 'claim');
    await cluster.process([plan], { worker: { concurrency: 4, pollMs: LEASE } });
    await cluster.clock.advance(100);
    expect(await statuses()).toBe(10);
    // Four and twice three at the most: never one for each.
    expect(claim.mock.calls.length).toBeLessThan(10);
    claim.mockClear();
    await cluster.clock.advance(2 * LEASE);
    // With nothing left it is back to its pace: a look for the healthy ones, and one for suspects.
    const looks = claim.mock.calls.map(([{ recoveries = {} }]) => Object.keys(recoveries)[0]);
    expect(looks.filter((only) => only === 'below').length).toBeLessThanOrEqual(3);
    expect(looks.filter((only) => only === 'from').length).toBeLessThanOrEqual(3);
  });

  it('leaves to others what it has no room for', async () => {
    const { cluster, plan } = await tenLeftBehind(neverAnswers as () => unknown);
    await cluster.process([plan], { worker: { concurrency: 4 } });
    await cluster.process([plan], { worker: { concurrency: 4 } });
    await cluster.takeover();
    await cluster.clock.advance(2 * LEASE);
    const { rows } = await cluster.journal.list({});
    expect(rows.filter(({ recoveries }) => recoveries > 0)).toHaveLength(8);
    expect(new Set(rows.map(({ owner }) => owner)).size).toBe(3);
  });

  it('takes all of many in one round, in batches', async () => {
    const { cluster, plan, statuses } = await tenLeftBehind();
    await cluster.clock.advance(2 * LEASE);
    const claim = jest.spyOn(cluster.journal, 'claim');
    await cluster.process([plan], { worker: { concurrency: 100 } });
    await cluster.clock.advance(0);
    expect(await statuses()).toBe(10);
    expect(claim).toHaveBeenCalledTimes(1);
  });

  it('claims nothing more once it shuts down; what it has just claimed is released', async () => {
    const { cluster, plan } = await tenLeftBehind();
    await cluster.clock.advance(2 * LEASE);
    const bert = await cluster.process([plan]);
    const hold = gate();
    const claim = cluster.journal.claim.bind(cluster.journal);
    const held = jest.spyOn(cluster.journal, 'claim').mockImplementation(async (request) => {
      const rows = await claim(request);
      await hold.does();
      return rows;
    });
    await cluster.clock.advance(0);
    const closed = bert.engine.close();
    await settle();
    hold.open();
    await cluster.clock.until(closed);
    await cluster.clock.advance(10 * LEASE);
    expect(held).toHaveBeenCalledTimes(1);
    expect(cluster.calls).toHaveLength(10);
    const { rows } = await cluster.journal.list({});
    expect(rows.map(({ status }) => status)).toEqual(rows.map(() => 'running'));
    expect(rows.map(({ owner }) => owner)).toEqual(rows.map(() => null));
    expect(cluster.clock.pending).toBeLessThanOrEqual(2);
  });

  it('is not started by a process that shuts down', async () => {
    const { cluster, plan } = await tenLeftBehind();
    const bert = await cluster.process([plan], { worker: false });
    await bert.engine.close();
    await bert.engine.recover();
    await cluster.clock.advance(4 * LEASE);
    expect(cluster.calls).toHaveLength(10);
  });

  it('a deploy hands over at once: nobody waits for a heartbeat to expire', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { does: [neverAnswers, answers()] }),
      cluster.step('Ship'),
    ]);
    const anna = await cluster.process([plan], { drainMs: 100 });
    await cluster.begun(anna, plan);
    await cluster.clock.until(anna.engine.close());
    const closedAt = cluster.clock.monotonic();
    await cluster.process([plan]);
    await cluster.clock.advance(1_000);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.times('Ship')[0]).toBe(closedAt);
    expect((await cluster.journal.get(ref))?.epoch).toBe(2);
  });
});

describe('a process without a recovery worker', () => {
  it('takes up nothing, though somebody in it waits for the end', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers()] })]);
    const anna = await cluster.process([plan], { worker: false });
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan], { worker: false });
    const ended = (await bert.start(plan)).result();
    await cluster.takeover();
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'running', owner: anna.owner });
    await cluster.process([plan]);
    await cluster.clock.until(ended);
    expect(cluster.log).toEqual(['Charge', 'Charge']);
  });
});
