import type { SagaDefinition } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { gate } from '../journaled-shop.js';
import { Cluster, LEASE, ref, type Process } from '../cluster.js';

const hangs = (): Promise<never> => new Promise(() => undefined);

const AN_HOUR = 3_600_000;
const inAnHour = { retries: 1, delay: AN_HOUR, maxDelay: AN_HOUR };

function ids(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
}

async function statuses(cluster: Cluster, name: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const { rows } = await cluster.journal.list({ name, limit: 1_000 });
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Orders whose step, or whose undo, runs a shipment and waits for its end. */
function shop(shipment: (first: boolean) => unknown, childOf = (id: string) => `s-${id}`) {
  const cluster = new Cluster();
  const now: { process?: Process; child?: SagaDefinition } = {};
  const ship = async ({ sagaId }: { readonly sagaId: string }): Promise<void> => {
    const { process, child } = now as Required<typeof now>;
    const handle = await process.start(child, { id: childOf(sagaId) });
    await handle.result();
  };
  let first = true;
  const carry = () => shipment(first);
  const child = (now.child = cluster.plan(
    [{ ...cluster.step('Carry', { retry: inAnHour }), action: carry }],
    { name: 'Shipment' },
  ));
  const join = async (plans: readonly SagaDefinition[], options = {}): Promise<Process> => {
    const process = await cluster.process([child, ...plans], options);
    return (now.process = process);
  };
  /** Begins them, in this order, and kills their process while the last of them works. */
  const killed = async (begin: (process: Process) => Promise<unknown>, plans: SagaDefinition[]) => {
    const anna = await join(plans, { worker: false });
    await begin(anna);
    await settle();
    anna.crash();
    first = false;
  };
  return { cluster, child, ship, join, killed };
}

describe('a recovery slot is for work (semantics 26)', () => {
  it.each([
    ['whose step runs another saga', 'completed'],
    ['whose undo runs another saga', 'compensated'],
  ])('300 sagas %s and waits for its end all end', async (_, end) => {
    const { cluster, ship, join, killed } = shop((first) => first && hangs());
    const parent =
      end === 'completed'
        ? cluster.plan([{ ...cluster.step('Ship'), action: ship }])
        : cluster.plan([
            { ...cluster.step('Ship'), compensate: ship },
            cluster.step('Bill', { does: ids('', 300).map(() => declines()) }),
          ]);
    await killed(
      (anna) => Promise.all(ids('o', 300).map((id) => cluster.begun(anna, parent, { id }))),
      [parent],
    );
    expect(await statuses(cluster, 'Shipment')).toEqual({ running: 300 });
    await join([parent]);
    await cluster.takeover();
    expect(await statuses(cluster, ref.name)).toEqual({ [end]: 300 });
    expect(await statuses(cluster, 'Shipment')).toEqual({ completed: 300 });
  });

  it('grandchildren find room, too, where there is one slot', async () => {
    const { cluster, ship, join, killed } = shop((first) => first && hangs());
    const parent = cluster.plan([{ ...cluster.step('Ship'), action: ship }]);
    const now: { process?: Process } = {};
    const grand = cluster.plan(
      [
        {
          ...cluster.step('Order'),
          action: async ({ sagaId }: { readonly sagaId: string }) => {
            const process = now.process as Process;
            await (await process.start(parent, { id: `o-${sagaId}` })).result();
          },
        },
      ],
      { name: 'Basket' },
    );
    await killed(
      (anna) => {
        now.process = anna;
        return Promise.all(ids('b', 5).map((id) => cluster.begun(anna, grand, { id })));
      },
      [parent, grand],
    );
    now.process = await join([parent, grand], { worker: { concurrency: 1 } });
    await cluster.takeover();
    expect(await statuses(cluster, 'Basket')).toEqual({ completed: 5 });
  });

  it.each([
    ['their own back-off of an hour', undefined],
    ['a saga each that is in a back-off of an hour', (id: string) => `s-${id}`],
    ['one saga that is in a back-off of an hour', () => 'shared'],
    ['a saga each that a living process works on', (id: string) => `s-${id}`],
  ])('110 sagas that wait for %s hold up nobody', async (what, childOf) => {
    const isElsewhere = what.includes('living');
    const refuses = (): unknown =>
      isElsewhere ? hangs() : Promise.reject(new Error('closed until nine'));
    const { cluster, child, ship, join, killed } = shop(refuses, childOf);
    const waits =
      childOf === undefined
        ? { ...cluster.step('Ship', { retry: inAnHour }), action: refuses }
        : { ...cluster.step('Ship'), action: ship };
    const parent = cluster.plan([waits]);
    const other = cluster.plan([cluster.step('Bill', { does: [neverAnswers, answers()] })], {
      name: 'Invoice',
    });
    if (isElsewhere) {
      const carrier = await cluster.process([child], { worker: false });
      for (const id of ids('s-o', 110)) await carrier.start(child, { id });
    }
    await killed(
      async (anna) => {
        await Promise.all(ids('o', 110).map((id) => cluster.begun(anna, parent, { id })));
        await cluster.begun(anna, other, { id: 'behind' });
      },
      [parent, other],
    );
    await join([parent, other], { worker: { concurrency: 10 } });
    await cluster.clock.advance(3 * LEASE);
    expect(await statuses(cluster, 'Invoice')).toEqual({ completed: 1 });
    expect(await statuses(cluster, ref.name)).toEqual({ running: 110 });
    expect(cluster.logger.messages('warn')).toEqual([]);
  });

  it('one caller who waits gives room to one more of those that take long, not to all', async () => {
    const { cluster, join, killed } = shop(hangs);
    const never = ids('', 40).map(() => neverAnswers);
    const plan = cluster.plan([cluster.step('Charge', { does: never })]);
    await killed(
      (anna) => Promise.all(ids('o', 10).map((id) => cluster.begun(anna, plan, { id }))),
      [plan],
    );
    const bert = await join([plan], { worker: { concurrency: 4 } });
    await cluster.begun(bert, plan, { id: 'mine' });
    await cluster.clock.advance(4 * LEASE);
    const { rows } = await cluster.journal.list({ name: ref.name });
    expect(rows.filter(({ recoveries }) => recoveries > 0)).toHaveLength(5);
  });

  it('has a bound for those that wait, too', async () => {
    const { cluster, join, killed } = shop(hangs);
    const closed = ids('', 300).map(() => declines('closed until nine'));
    const plan = cluster.plan([cluster.step('Charge', { does: closed, retry: inAnHour })]);
    await killed(
      (anna) => Promise.all(ids('o', 150).map((id) => cluster.begun(anna, plan, { id }))),
      [plan],
    );
    await join([plan], { worker: { concurrency: 1 } });
    // One at a time, and none of them for longer than it takes to see that it waits.
    await cluster.clock.advance(20 * LEASE);
    const { rows } = await cluster.journal.list({ name: ref.name, limit: 1_000 });
    expect(rows.filter(({ recoveries }) => recoveries > 0)).toHaveLength(100);
  });
});

describe('slots that stay full', () => {
  it('are a warning after a lease, and again after each', async () => {
    const { cluster, join, killed } = shop(hangs);
    const never = ids('', 20).map(() => neverAnswers);
    const plan = cluster.plan([cluster.step('Charge', { does: never })]);
    await killed(
      (anna) => Promise.all(ids('o', 6).map((id) => cluster.begun(anna, plan, { id }))),
      [plan],
    );
    await join([plan], { worker: { concurrency: 2 } });
    await cluster.clock.advance(2 * LEASE);
    expect(cluster.logger.messages('warn')).toEqual([]);
    await cluster.clock.advance(LEASE);
    expect(cluster.logger.messages('warn')).toEqual([
      expect.stringMatching(
        /^No recovery slot has become free for 1\d{4} ms.*PlaceOrder 'o-0', PlaceOrder 'o-1'.*worker\.concurrency, now 2/,
      ),
    ]);
    await cluster.clock.advance(2 * LEASE);
    expect(cluster.logger.messages('warn').length).toBeGreaterThan(1);
  });
});

/** An order that bert works on, and anna's journal as it is asked. */
async function elsewhere() {
  const cluster = new Cluster();
  const charge = gate();
  const plan = cluster.plan([cluster.step('Charge', { does: [charge.does] })]);
  const bert = await cluster.process([plan]);
  await cluster.begun(bert, plan);
  const anna = await cluster.process([plan]);
  const asked = new Map<string, number>();
  anna.fault = (method) => void asked.set(method, (asked.get(method) ?? 0) + 1);
  return { cluster, plan, anna, bert, charge, asked };
}

describe('callers who wait for a saga of another process', () => {
  it('share one look at its row, and read its records once, at its end', async () => {
    const { cluster, plan, anna, charge, asked } = await elsewhere();
    const handles = await Promise.all(ids('', 20).map(() => anna.start(plan)));
    const ends = handles.map((handle) => handle.result());
    await cluster.clock.advance(5_000);
    expect(asked.get('get')).toBeLessThanOrEqual(21);
    expect(asked.get('load') ?? 0).toBe(0);
    charge.open('tx-1');
    for (const end of await cluster.clock.until(Promise.all(ends))) {
      expect(end.getStepResult('Charge')).toBe('tx-1');
    }
    expect(asked.get('load')).toBe(1);
    // Nobody looks any more.
    asked.clear();
    await cluster.clock.advance(1_000);
    expect(asked.get('get') ?? 0).toBe(0);
  });

  it('are told one by one that it was parked, and that it is gone', async () => {
    const { cluster, plan, anna, bert } = await elsewhere();
    const handles = await Promise.all([anna.start(plan), anna.start(plan)]);
    const parked = Promise.allSettled(handles.map((handle) => handle.result()));
    await bert.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'test' });
    const told = (await cluster.clock.until(parked)) as PromiseRejectedResult[];
    expect(told.map(({ reason }) => (reason as { parkReason: string }).parkReason)).toEqual([
      'terminated',
      'terminated',
    ]);
    expect(told[0]?.reason).not.toBe(told[1]?.reason);
    await bert.engine.forget(ref);
    const gone = handles.map((handle) => handle.result().catch((error: { code: string }) => error));
    expect(await cluster.clock.until(Promise.all(gone))).toMatchObject([
      { code: 'SAGA_NOT_FOUND' },
      { code: 'SAGA_NOT_FOUND' },
    ]);
  });

  it('are told in the same moment when they take it up themselves', async () => {
    const { cluster, plan, anna, bert, charge } = await elsewhere();
    anna.crash();
    const carl = await cluster.process([plan], { worker: { pollMs: AN_HOUR } });
    let told = false;
    const ended = (await carl.start(plan)).result().then(() => (told = true));
    bert.crash();
    charge.open();
    const claim = cluster.journal.claim.bind(cluster.journal);
    const tookIt = new Promise<void>((resolve) => {
      jest.spyOn(cluster.journal, 'claim').mockImplementation(async (request) => {
        const rows = await claim(request);
        if (rows.length > 0) resolve();
        return rows;
      });
    });
    await cluster.clock.until(tookIt);
    await settle();
    expect(told).toBe(true);
    await ended;
  });

  it('take it up themselves once its process is gone, also where no slot is free', async () => {
    const { cluster, plan, anna, bert, charge } = await elsewhere();
    const slow = cluster.plan(
      [cluster.step('Render', { does: ids('', 9).map(() => neverAnswers) })],
      {
        name: 'Report',
      },
    );
    const dora = await cluster.process([slow]);
    for (const id of ids('r', 3)) await cluster.begun(dora, slow, { id });
    const carl = await cluster.process([plan, slow], { worker: { concurrency: 1 } });
    const ended = (await carl.start(plan)).result();
    dora.crash();
    await cluster.takeover();
    // One holds its slot, one more is given to him who waits: there is none left for the order.
    const { rows } = await cluster.journal.list({ name: 'Report' });
    expect(rows.filter(({ recoveries }) => recoveries > 0)).toHaveLength(2);
    anna.crash();
    bert.crash();
    charge.open();
    await cluster.takeover();
    expect(await cluster.clock.until(ended)).toMatchObject({ isSuccess: true });
  });
});
