import type { SagaDefinition } from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  neverAnswers,
  stopsOnAbort,
  type Behaviour,
} from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, type Process, ref } from '../cluster.js';

const eve = { by: 'eve', reason: 'ticket 4711' };

/** Two processes, and a charge that answers when it is told to; `before` that there may be others. */
async function charging(...before: Behaviour[]) {
  const cluster = new Cluster();
  const charge = gate();
  const plan = cluster.plan([
    cluster.step('Charge', { does: [...before, charge.does], idempotent: false }),
  ]);
  const anna = await cluster.process([plan]);
  const bert = await cluster.process([plan]);
  /** After many heartbeats of both. */
  const completes = async (...lives: string[]): Promise<void> => {
    await cluster.clock.advance(3 * LEASE);
    charge.open('tx-1');
    await settle();
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual([...lives, 'Charge']);
  };
  return { cluster, plan, anna, bert, completes };
}

/** The order goes from process to process, each of which ends in order; the last of them. */
async function tenDeploys(cluster: Cluster, plan: SagaDefinition): Promise<Process> {
  let process = await cluster.process([plan]);
  await cluster.begun(process, plan);
  for (let deploy = 0; deploy < 10; deploy += 1) {
    await cluster.clock.until(process.engine.close());
    process = await cluster.process([plan]);
    await cluster.takeover();
    expect(await process.get()).toMatchObject({ status: 'running', recoveries: 1 });
  }
  return process;
}

describe('a saga that is released', () => {
  it('is not one of another process, whose start of that id came after one that failed', async () => {
    const { cluster, plan, anna, bert, completes } = await charging();
    anna.fault = (method) => {
      if (method === 'create') throw new Error('disk full');
    };
    await rejectionOf(anna.start(plan));
    await cluster.begun(bert, plan);
    await completes();
  });

  it('after a claim whose answer was lost is neither that of another process nor one at work', async () => {
    const { cluster, plan, anna, bert, completes } = await charging();
    await cluster.begun(bert, plan);
    let lost = 0;
    anna.fault = (method) => {
      if (method !== 'claim' || lost > 0) return undefined;
      return () => {
        lost += 1;
        throw new Error('connection reset');
      };
    };
    const released = jest.spyOn(cluster.journal, 'release');
    await completes();
    expect(lost).toBe(1);
    expect(released).not.toHaveBeenCalled();
  });

  it('after a claim whose answer was lost is looked for until it is found', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Charge', { does: [neverAnswers, answers()] })]);
    const bert = await cluster.process([plan]);
    await cluster.begun(bert, plan);
    bert.crash();
    await cluster.process([plan]);
    const claim = cluster.journal.claim.bind(cluster.journal);
    let claims = 0;
    jest.spyOn(cluster.journal, 'claim').mockImplementation(async (request) => {
      const rows = await claim(request);
      if (rows.length > 0 && (claims += 1) === 1) throw new Error('connection reset');
      return rows;
    });
    const list = cluster.journal.list.bind(cluster.journal);
    let failures = 0;
    jest.spyOn(cluster.journal, 'list').mockImplementation(async (filter) => {
      if (claims === 1 && (failures += 1) === 1) throw new Error('connection refused');
      return list(filter);
    });
    await cluster.takeover();
    await cluster.takeover();
    expect(failures).toBeGreaterThan(1);
    expect(claims).toBe(2);
    expect(await cluster.status()).toBe('completed');
  });

  it('is not another life of it in the same process', async () => {
    const { cluster, plan, anna, completes } = await charging(stopsOnAbort);
    await cluster.begun(anna, plan);
    await anna.engine.manual(ref, { act: 'terminate' }, eve);
    await anna.engine.forget(ref);
    await cluster.begun(anna, plan);
    await completes('Charge');
  });

  it('in order, by deploy after deploy, is not taken for one that kills its process', async () => {
    const cluster = new Cluster();
    const retry = { retries: 1, delay: 3_600_000, maxDelay: 3_600_000 };
    const ship = cluster.step('Ship', { does: [declines('closed until nine'), answers()], retry });
    const plan = cluster.plan([ship]);
    await tenDeploys(cluster, plan);
    await cluster.clock.advance(3_600_000);
    expect(await cluster.status()).toBe('completed');
    expect(cluster.log).toEqual(['Ship', 'Ship']);
  });

  it.each([
    ['stops on its signal', stopsOnAbort],
    ['heeds no signal', neverAnswers],
  ])(
    'by a shutdown that cannot wait for its step is not taken for one, which %s',
    async (_, does) => {
      const cluster = new Cluster();
      const slow = Array.from({ length: 11 }, () => does);
      const plan = cluster.plan([cluster.step('Render', { does: [...slow, answers()] })]);
      const process = await tenDeploys(cluster, plan);
      await cluster.clock.until(process.engine.close());
      await cluster.process([plan]);
      await cluster.takeover();
      expect(await cluster.status()).toBe('completed');
    },
  );

  it('by a process that shuts down is released by name, before its heartbeat ends', async () => {
    const { cluster, plan, anna } = await charging(neverAnswers);
    await cluster.begun(anna, plan);
    const release = cluster.journal.release.bind(cluster.journal);
    const written = gate();
    jest.spyOn(cluster.journal, 'release').mockImplementation(async (request) => {
      await written.does();
      await release(request);
    });
    const left = jest.spyOn(cluster.journal, 'leave');
    const closed = anna.engine.close();
    await cluster.clock.advance(60_000);
    expect(left).not.toHaveBeenCalled();
    written.open();
    await cluster.clock.until(closed);
    expect(left).toHaveBeenCalledTimes(1);
  });
});
