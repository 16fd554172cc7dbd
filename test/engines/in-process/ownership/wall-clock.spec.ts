import { answers, declines, neverAnswers, stopsOnAbort } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { Cluster, LEASE } from '../cluster.js';

const HOUR = 3_600_000;

/** Its process dies in a back-off of `delay`; by the next one the wall clock is an hour back. */
async function recoveredAfterStep(retry: { retries: number; delay: number; maxDelay?: number }) {
  const cluster = new Cluster();
  const charge = cluster.step('Charge', { does: [declines(), answers('tx-1')], retry });
  const plan = cluster.plan([cluster.step('Reserve'), charge]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  anna.crash();
  // What owners last said is of the future now as well: the lease is waited for from here.
  cluster.clock.setWallClock(-HOUR);
  await cluster.process([plan]);
  const began = cluster.clock.monotonic();
  while ((await cluster.status()) === 'running') {
    await cluster.clock.advance(50);
    if (cluster.clock.monotonic() - began > HOUR / 2) break;
  }
  return { cluster, took: cluster.clock.monotonic() - began };
}

describe('a process that comes after a crash, while the wall clock was set back (semantics 28d)', () => {
  it('waits no longer for a retry than its policy allows', async () => {
    const { cluster, took } = await recoveredAfterStep({ retries: 1, delay: 100 });
    expect(await cluster.status()).toBe('completed');
    expect(took).toBeLessThan(3 * LEASE);
  });

  it('still waits what the policy allows', async () => {
    const retry = { retries: 1, delay: 120_000, maxDelay: 120_000 };
    const { cluster, took } = await recoveredAfterStep(retry);
    expect(await cluster.status()).toBe('completed');
    expect(took).toBeGreaterThanOrEqual(120_000);
    expect(took).toBeLessThan(120_000 + 3 * LEASE);
  });

  it('leaves a saga no more time until its deadline than it had in all', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, stopsOnAbort] })]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan, { deadline: 60_000 });
    anna.crash();
    cluster.clock.setWallClock(-HOUR);
    await cluster.process([plan]);
    await cluster.clock.advance(60_000 + 3 * LEASE);
    await settle();
    expect(await cluster.status()).toBe('compensated');
  });
});
