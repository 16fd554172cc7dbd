import { Cluster, LEASE, ref } from '../cluster.js';

describe('a request to cancel that another process left in the row', () => {
  const stopsWhenAborted = ({ signal }: { readonly signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', reject));

  /** Resumed, with its payout in flight again; an earlier cancel had parked it. */
  async function resumed() {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Reserve'),
      cluster.step('PayOut', {
        does: [
          stopsWhenAborted,
          () => new Promise<void>((resolve) => cluster.clock.schedule(2 * LEASE, resolve)),
        ],
        undoes: null,
        pivot: true,
      }),
      cluster.step('Ship', { undoes: null }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    const bert = await cluster.process([plan], { worker: false });
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind'));
    await cluster.clock.advance(LEASE);
    expect(await anna.get()).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    expect((await cluster.journal.get(ref))?.cancelReason).toBe('changed my mind');
    await anna.engine.resume(ref);
    return { cluster, anna, bert };
  }

  it('does not turn a saga back that an operator has sent forward since', async () => {
    const { cluster } = await resumed();
    await cluster.clock.advance(4 * LEASE);
    const asked = (await cluster.stored()).filter((type) => type.startsWith('cancel-requested'));
    expect(asked).toHaveLength(1);
    expect(cluster.log).toEqual(['Reserve', 'PayOut', 'PayOut', 'Ship']);
    expect(await cluster.status()).toBe('completed');
  });

  it('does not hide one that comes after that', async () => {
    const { cluster, bert } = await resumed();
    await cluster.clock.until(bert.engine.cancel(ref, 'changed my mind again'));
    await cluster.clock.advance(4 * LEASE);
    expect((await bert.get())?.timeline).toContainEqual(
      expect.objectContaining({ type: 'cancel-requested', reason: 'changed my mind again' }),
    );
  });

  it('is a record from the heartbeat that meets it on, while the step still runs', async () => {
    const cluster = new Cluster();
    const goesOn = () => new Promise<void>((resolve) => cluster.clock.schedule(LEASE, resolve));
    const plan = cluster.plan([cluster.step('Reserve', { does: [goesOn] })]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    await cluster.journal.requestCancel(ref, 'changed my mind');
    await cluster.clock.advance(LEASE / 2);
    const types = await cluster.stored();
    expect(types.filter((type) => type.startsWith('cancel-requested'))).toHaveLength(1);
    expect(types.filter((type) => type.startsWith('done'))).toEqual([]);
  });
});
