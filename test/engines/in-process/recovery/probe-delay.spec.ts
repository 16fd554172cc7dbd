import { answers, neverAnswers } from '../../../support/behaviours.js';
import { Cluster, LEASE } from '../cluster.js';

/** An order that is charged while its process dies; the effect comes a minute later. */
async function crashed(probeDelay: unknown, does = [neverAnswers, answers()]) {
  const cluster = new Cluster();
  const asked: number[] = [];
  const probe = () => {
    asked.push(cluster.clock.monotonic());
    return cluster.clock.monotonic() >= 60_000 ? ('done' as const) : ('unknown' as const);
  };
  const charge = { does, probe, probeDelay, idempotent: false };
  const plan = cluster.plan([cluster.step('Charge', charge as never)]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  anna.crash();
  return { cluster, plan, asked };
}

describe('probeDelay of a step in doubt after a crash (semantics 3b)', () => {
  it('waits from the take-over: the effect may be under way still', async () => {
    const { cluster, plan, asked } = await crashed(90_000);
    await cluster.process([plan]);
    await cluster.clock.advance(300_000);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toBeGreaterThanOrEqual(LEASE + 90_000);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.times('Charge')).toHaveLength(1);
  });

  it('goes on waiting, and counting, in the next process', async () => {
    const policy = { retries: 1, delay: 10_000, factor: 5, maxDelay: 50_000 };
    const { cluster, plan, asked } = await crashed(policy);
    const bert = await cluster.process([plan]);
    await cluster.clock.advance(40_000);
    expect(asked).toHaveLength(1);
    bert.crash();
    await cluster.process([plan]);
    await cluster.clock.advance(300_000);
    // 50 s after the first question, whoever asks.
    expect(asked).toHaveLength(2);
    expect((asked[1] as number) - (asked[0] as number)).toBe(50_000);
    expect(await cluster.status()).toBe('completed');
  });
});
