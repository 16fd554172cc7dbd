import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { Cluster, type Process } from '../cluster.js';

const MINUTE = 60_000;

/** One order of each kind of end, and one that still runs. */
async function oneOfEach(options: Parameters<Cluster['process']>[1]) {
  const cluster = new Cluster();
  const plans = {
    completed: cluster.step('Charge', { does: [answers()] }),
    compensated: cluster.step('Charge', { does: [declines()] }),
    parked: cluster.step('Charge', { does: [answers()], pivot: true }),
    running: cluster.step('Charge', { does: [neverAnswers] }),
  };
  const definitions = Object.entries(plans).map(([name, step]) =>
    cluster.plan([step, ...(name === 'parked' ? [cluster.step('Ship', plans.compensated)] : [])], {
      name,
    }),
  );
  definitions[2] = cluster.plan([plans.parked, cluster.step('Ship', { does: [declines()] })], {
    name: 'parked',
  });
  const process = await cluster.process(definitions, options);
  for (const definition of definitions) await cluster.begun(process, definition);
  const left = async () => (await process.engine.list({})).sagas.map(({ status }) => status).sort();
  return { cluster, process, left };
}

async function many(process: Process, cluster: Cluster, count: number) {
  const plan = cluster.plan([cluster.step('Charge')], { name: 'Many' });
  for (let n = 0; n < count; n += 1) await (await process.start(plan, { id: `m-${n}` })).result();
}

describe('retention (deleteAfter)', () => {
  it('keeps everything for ever unless it is told otherwise', async () => {
    const { cluster, left } = await oneOfEach({});
    await cluster.clock.advance(1_000 * MINUTE);
    expect(await left()).toEqual(['compensated', 'completed', 'parked', 'running']);
  });

  it.each([
    [{ completed: 10 * MINUTE }, ['compensated', 'parked', 'running']],
    [{ compensated: 10 * MINUTE }, ['completed', 'parked', 'running']],
    [{ parked: 10 * MINUTE }, ['compensated', 'completed', 'running']],
    [{ completed: 0, compensated: 0, parked: 0 }, ['running']],
  ])('deletes what is old enough, by status: %j', async (deleteAfter, kept) => {
    const { cluster, left } = await oneOfEach({ deleteAfter });
    await cluster.clock.advance(12 * MINUTE);
    expect(await left()).toEqual(kept);
  });

  it('counts from the end of the saga, and deletes nothing early', async () => {
    const { cluster, left } = await oneOfEach({ deleteAfter: { completed: 10 * MINUTE } });
    await cluster.clock.advance(9 * MINUTE);
    expect(await left()).toContain('completed');
    await cluster.clock.advance(2 * MINUTE);
    expect(await left()).not.toContain('completed');
  });

  it('deletes many in batches', async () => {
    const { cluster, process, left } = await oneOfEach({ deleteAfter: { completed: MINUTE } });
    await many(process, cluster, 1_100);
    const forget = jest.spyOn(cluster.journal, 'forget');
    await cluster.clock.advance(3 * MINUTE);
    expect(await left()).toEqual(['compensated', 'parked', 'running']);
    const first = forget.mock.results.slice(0, 3).map(({ value }) => value as Promise<number>);
    expect(await Promise.all(first)).toEqual([500, 500, 101]);
  });

  it('goes on after a journal failure', async () => {
    const { cluster, process, left } = await oneOfEach({ deleteAfter: { completed: MINUTE } });
    let fired = 0;
    process.fault = (method) => {
      if (method === 'forget' && fired++ === 0) throw new Error('database is locked');
    };
    await cluster.clock.advance(4 * MINUTE);
    expect(fired).toBeGreaterThan(1);
    expect(await left()).not.toContain('completed');
    expect(cluster.logger.messages('error')).toContain(
      'Deleting old sagas failed; it is tried again',
    );
  });

  it('ends with its process', async () => {
    const { cluster, process } = await oneOfEach({ deleteAfter: { completed: MINUTE } });
    await cluster.clock.until(process.engine.close());
    const forget = jest.spyOn(cluster.journal, 'forget');
    await cluster.clock.advance(10 * MINUTE);
    expect(forget).not.toHaveBeenCalled();
    expect(cluster.clock.pending).toBe(0);
  });
});
