import { OutcomeUnknownError } from 'nestjs-saga-orchestrator/core';
import { answers, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { failureOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, ref, type Process } from '../cluster.js';

const eve = { by: 'eve', reason: 'ticket 4711' };

/**
 * The charge is in doubt, and the saga is parked for it. The journal has that already, but its
 * answer is on its way to the process for two seconds.
 */
async function parking({ deadline }: { readonly deadline?: number } = {}) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Reserve'),
    cluster.step('Charge', { does: [neverAnswers, answers()], idempotent: false }),
    cluster.step('Ship'),
  ]);
  const begin = cluster.clock.now();
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan, deadline === undefined ? {} : { deadline });
  anna.crash();
  const bert = await cluster.process([plan]);
  bert.fault = (method) => {
    if (method === 'append') bert.latency = () => 2_000;
  };
  while ((await cluster.status()) !== 'parked') await cluster.clock.advance(100);
  bert.latency = () => 0;
  bert.fault = () => undefined;
  const told = bert.start(plan).then((handle) => failureOf(handle.result()));
  /** Until all is told. */
  const ended = async (work: Promise<unknown>) => {
    await cluster.clock.advance(5_000);
    await work;
    await settle();
  };
  return { cluster, bert, told, ended, elapsed: cluster.clock.now() - begin };
}

describe('what comes when a saga was parked, before its process knows that this is durable', () => {
  it('a cancel starts compensating it', async () => {
    const { cluster, bert, ended, told } = await parking();
    await ended(bert.engine.cancel(ref, 'changed my mind'));
    expect(await cluster.status()).toBe('compensated');
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(await told).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
  });

  it('that the step was not done is kept, and a resume runs it then', async () => {
    const { bert, cluster, ended } = await parking();
    await ended(bert.engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, eve));
    expect(await cluster.status()).toBe('parked');
    await ended(bert.engine.resume(ref));
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
  });

  it('who says that the step is done sends it on, and stops nothing', async () => {
    const { cluster, bert, ended } = await parking();
    await ended(bert.engine.manual(ref, { act: 'mark-done', label: 'Charge' }, eve));
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('who terminates it ends it for good', async () => {
    const { cluster, bert, ended } = await parking();
    await ended(bert.engine.manual(ref, { act: 'terminate' }, eve));
    expect(await bert.get()).toMatchObject({ status: 'parked', parkReason: 'terminated' });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
  });

  it('a deadline that passes leaves it parked, for an operator to see', async () => {
    const { elapsed } = await parking();
    const { cluster, told, ended } = await parking({ deadline: elapsed + 1_000 });
    await ended(told);
    expect(await cluster.status()).toBe('parked');
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
  });
});

/** More than any way from an outcome to its record takes. */
const TICKS = Array.from({ length: 40 }, (_, ticks) => ticks);

describe('what comes in the very moment in which a saga is parked', () => {
  it.each([
    ['a cancel', (bert: Process) => bert.engine.cancel(ref, 'changed my mind')],
    [
      'a word that the step is done',
      (bert: Process) => bert.engine.manual(ref, { act: 'mark-done', label: 'Charge' }, eve),
    ],
    ['a resume', (bert: Process) => bert.engine.resume(ref)],
  ])('%s leaves nothing that nobody works on', async (_, act) => {
    for (const ticks of TICKS) {
      const cluster = new Cluster();
      const charge = gate();
      const does = [() => charge.does().then(() => neverKnown()), answers()];
      const { compensate: _none, ...pivot } = cluster.step('Charge', { does, pivot: true });
      const plan = cluster.plan([cluster.step('Reserve'), pivot]);
      const bert = await cluster.process([plan]);
      await cluster.begun(bert, plan);
      charge.open();
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
      act(bert).catch(() => undefined);
      await cluster.clock.advance(60_000);
      const { status, owner } = (await cluster.journal.get(ref)) ?? {};
      expect({ ticks, status, owner }).not.toMatchObject({ status: 'running' });
    }
  });
});

function neverKnown(): never {
  throw new OutcomeUnknownError('no answer');
}
