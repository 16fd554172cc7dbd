import type { SagaRow } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { Cluster, ref, type Process } from '../cluster.js';

/** Processes that die one after the other, each while it works on the order. */
async function dieInTurn(cluster: Cluster, times: number, next: () => Promise<Process>) {
  for (let i = 0; i < times; i += 1) {
    const process = await next();
    await cluster.takeover();
    process.crash();
  }
}

/** An order whose Charge kills every process that tries it. */
async function poisoned(options: Parameters<Cluster['step']>[1] = {}) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', { does: [neverAnswers], ...options }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  anna.crash();
  return { cluster, plan, next: () => cluster.process([plan]) };
}

describe('a saga that takes its processes down (semantics 26)', () => {
  it('is parked at the sixth take-over without progress, before its step runs again', async () => {
    const { cluster, next } = await poisoned();
    await dieInTurn(cluster, 5, next);
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'running', recoveries: 5 });
    expect(cluster.times('Charge')).toHaveLength(6);
    const last = await next();
    await cluster.takeover();
    expect(cluster.times('Charge')).toHaveLength(6);
    expect(await last.get()).toMatchObject({ status: 'parked', parkReason: 'recovery-limit' });
    expect(cluster.log).not.toContain('undo Reserve');
  });

  it('has its own limit where one is set', async () => {
    const { cluster, plan } = await poisoned();
    await dieInTurn(cluster, 2, () => cluster.process([plan], { worker: { maxRecoveries: 1 } }));
    expect(cluster.times('Charge')).toHaveLength(2);
    expect(await cluster.status()).toBe('parked');
  });

  it('is counted in the claim: a process that dies before it has read the saga counts, too', async () => {
    const { cluster, plan, next } = await poisoned();
    for (let i = 0; i < 5; i += 1) {
      const process = await cluster.process([plan]);
      process.fault = (method) => {
        if (method === 'load') process.crash();
      };
      await cluster.takeover();
    }
    expect(await cluster.journal.get(ref)).toMatchObject({ recoveries: 5, epoch: 6 });
    await next();
    await cluster.takeover();
    expect(cluster.times('Charge')).toHaveLength(1);
    expect(await cluster.status()).toBe('parked');
  });

  it('is counted before user code runs', async () => {
    const seen: (SagaRow | undefined)[] = [];
    const { cluster, next } = await poisoned({
      does: [neverAnswers, async () => seen.push(await cluster.journal.get(ref))],
    });
    await next();
    await cluster.takeover();
    expect(seen).toMatchObject([{ recoveries: 1, epoch: 2 }]);
  });

  it.each([
    ['an attempt that fails', [neverAnswers, neverAnswers, neverAnswers, declines()]],
    ['an attempt that succeeds', [neverAnswers, neverAnswers, neverAnswers, answers()]],
  ])('starts again from zero after progress: %s', async (_, does) => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { does: [...does, neverAnswers], retry: { retries: 3, delay: 0 } }),
      cluster.step('Ship', { does: [neverAnswers] }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    await dieInTurn(cluster, 8, () => cluster.process([plan]));
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'running', recoveries: 5 });
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('parked');
  });

  it('is counted while it compensates, too', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { undoes: [neverAnswers] }),
      cluster.step('Ship', { does: [declines()] }),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    await dieInTurn(cluster, 7, () => cluster.process([plan]));
    expect(cluster.times('undo Charge')).toHaveLength(6);
    expect(await cluster.status()).toBe('parked');
  });

  it.each([
    ['resumes it', 'running', 6, (anna: Process) => anna.engine.resume(ref)],
    ['cancels it', 'compensating', 6, (anna: Process) => anna.engine.cancel(ref, 'never mind')],
    ['cancels it before that', 'compensating', 5, (anna: Process) => anna.engine.cancel(ref, 'so')],
  ])('gets all its take-overs again from the operator who %s', async (_, status, deaths, act) => {
    const { cluster, next } = await poisoned({ undoes: [neverAnswers] });
    await dieInTurn(cluster, deaths, next);
    const anna = await next();
    await cluster.clock.until(Promise.resolve(act(anna)));
    await cluster.takeover();
    anna.crash();
    await dieInTurn(cluster, 5, next);
    expect(await cluster.status()).toBe(status);
    await dieInTurn(cluster, 1, next);
    expect(await cluster.status()).toBe('parked');
  });

  it('gets them again when an operator sends its undos on, too', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Charge', { undoes: [neverAnswers] }),
      cluster.step('Ship', { does: [declines()] }),
    ]);
    const next = () => cluster.process([plan]);
    const anna = await next();
    await cluster.begun(anna, plan);
    anna.crash();
    await dieInTurn(cluster, 7, next);
    const bert = await next();
    await bert.engine.manual(ref, { act: 'retry-compensation' }, { by: 'eve', reason: 'fixed' });
    bert.crash();
    await dieInTurn(cluster, 5, next);
    expect(await cluster.status()).toBe('compensating');
  });
});

describe('a step that is not idempotent, found started (semantics 25)', () => {
  it('is parked in doubt, never blindly repeated', async () => {
    const { cluster, next } = await poisoned({ idempotent: false, retry: 3 });
    const bert = await next();
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
  });

  it.each([
    ['done', ['Reserve', 'Charge', 'Ship'], 'completed'],
    ['not-done', ['Reserve', 'Charge', 'Charge', 'Ship'], 'completed'],
    ['unknown', ['Reserve', 'Charge'], 'parked'],
  ] as const)('is probed where it can be: %s', async (answer, log, status) => {
    const cluster = new Cluster();
    const charge = { does: [neverAnswers, answers()], idempotent: false, probe: () => answer };
    const plan = cluster.plan([
      cluster.step('Reserve'),
      cluster.step('Charge', charge),
      cluster.step('Ship'),
    ]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(cluster.log).toEqual(log);
    expect(await cluster.status()).toBe(status);
  });

  it('is undone as unknown when an operator cancels it', async () => {
    const { cluster, next } = await poisoned({ idempotent: false });
    const bert = await next();
    await cluster.takeover();
    await bert.engine.cancel(ref, 'never mind');
    await cluster.takeover();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(cluster.undoContext('Charge').outcome).toBe('unknown');
    expect(await cluster.status()).toBe('compensated');
  });
});
