import { answers, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

/** Others take over all that it owns, while it can notice nothing. */
function takenFrom(cluster: Cluster, process: Process): void {
  const { journal } = cluster;
  void journal.leave(process.owner);
  void journal.claim({ owner: 'bert', names: [ref.name], limit: 10 });
  const late = cluster.clock.monotonic() + 2 * LEASE;
  jest.spyOn(process.clock, 'monotonic').mockReturnValue(late);
}

describe('a process that was busy, or asleep, for longer than its lease', () => {
  it('begins none of the sagas whose intents became durable together with the one that kept it busy', async () => {
    const cluster = new Cluster();
    const holder: { anna?: Process } = {};
    const plan = cluster.plan([
      cluster.step('Charge', {
        does: [() => takenFrom(cluster, holder.anna as Process), answers()],
      }),
    ]);
    const anna = (holder.anna = await cluster.process([plan], { worker: false }));
    const handles = await Promise.all(['o-1', 'o-2', 'o-3'].map((id) => anna.start(plan, { id })));
    const told = Promise.all(handles.map(async (handle) => rejectedWith(handle.result())));
    await settle();
    expect(cluster.log).toEqual(['Charge']);
    expect(await told).toEqual(['SAGA_LEASE_LOST', 'SAGA_LEASE_LOST', 'SAGA_LEASE_LOST']);
    expect(await cluster.stored('o-1')).toEqual(['started Charge 1']);
  });

  it('goes on with those that nobody has taken over', async () => {
    const cluster = new Cluster();
    const holder: { anna?: Process } = {};
    const overslept = (): void => {
      const late = cluster.clock.monotonic() + 2 * LEASE;
      jest.spyOn((holder.anna as Process).clock, 'monotonic').mockReturnValue(late);
    };
    const plan = cluster.plan([cluster.step('Charge', { does: [overslept, answers()] })]);
    const anna = (holder.anna = await cluster.process([plan], { worker: false }));
    for (const id of ['o-1', 'o-2', 'o-3']) void anna.start(plan, { id });
    await settle();
    expect(cluster.log).toEqual(['Charge', 'Charge', 'Charge']);
    for (const id of ['o-1', 'o-2', 'o-3']) expect(await cluster.status(id)).toBe('completed');
  });

  it('does not even ask a probe, after it has slept between the claim and the probe', async () => {
    const cluster = new Cluster();
    const asked: string[] = [];
    const probe = () => {
      asked.push('probe');
      return 'not-done' as const;
    };
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers()], probe })]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    const carl = await cluster.process([plan]);
    // It has claimed; what it reads then arrives after its sleep.
    carl.fault = (method) => {
      if (method === 'load') carl.pause();
    };
    anna.crash();
    await cluster.takeover();
    expect(carl.isPaused).toBe(true);
    await cluster.process([plan]);
    await cluster.takeover();
    expect([asked, cluster.log]).toEqual([['probe'], ['Charge', 'Charge']]);
    carl.fault = () => undefined;
    carl.wake();
    await cluster.takeover();
    expect([asked, cluster.log]).toEqual([['probe'], ['Charge', 'Charge']]);
    expect(await cluster.status()).toBe('completed');
  });
});

async function rejectedWith(result: Promise<unknown>): Promise<string | undefined> {
  const error = await result.then(
    () => undefined,
    (thrown: { cause?: { code?: string } }) => thrown,
  );
  return error?.cause?.code;
}
