import type {
  JournalBatch,
  OperatorReason,
  ParkReason,
  ProbeAnswer,
  SagaDetails,
} from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers, stopsOnAbort } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { failureOf, rejectionOf } from '../../../support/shop.js';
import { gate } from '../journaled-shop.js';
import { Cluster, ref, type Process } from '../cluster.js';

const eve: OperatorReason = { by: 'eve', reason: 'ticket 4711' };

type Command = Parameters<Process['engine']['manual']>[1];
type Step = Parameters<Cluster['step']>[1];

/** Reserve, Charge, Ship: run until nothing more happens. */
async function orderWith(steps: { Reserve?: Step; Charge?: Step; Ship?: Step }) {
  const cluster = new Cluster();
  const labels = ['Reserve', 'Charge', 'Ship'] as const;
  const plan = cluster.plan(labels.map((label) => cluster.step(label, steps[label])));
  const anna = await cluster.process([plan]);
  const handle = await cluster.begun(anna, plan);
  await cluster.clock.advance(2_000);
  const act = async (command: Command, why = eve): Promise<SagaDetails | undefined> => {
    await anna.engine.manual(ref, command, why);
    await cluster.clock.advance(2_000);
    return anna.get();
  };
  const refusal = async (command: Command, why = eve): Promise<string> => {
    const before = await cluster.journal.load(ref);
    const { message } = await rejectionOf(anna.engine.manual(ref, command, why));
    expect(await cluster.journal.load(ref)).toEqual(before);
    return message;
  };
  return { cluster, anna, plan, handle, act, refusal };
}

const ships = { Ship: { does: [declines()] } };
/** Parked, because the refund was refused four times; a fifth succeeds. */
const stuckBackward = {
  ...ships,
  Charge: { undoes: [declines(), declines(), declines(), declines(), answers()] },
};
/** Parked, because nobody knows whether the charge took place. */
const stuckForward = { Charge: { does: [neverAnswers, answers()], idempotent: false } };

async function inDoubt() {
  const order = await orderWith(stuckForward);
  order.anna.crash();
  const bert = await order.cluster.process([order.plan]);
  await order.cluster.takeover();
  expect(await bert.get()).toMatchObject({ parkReason: 'in-doubt' });
  return { ...order, bert };
}

describe('what an operator does by hand', () => {
  it.each<[string, object, Command, string, ParkReason | undefined]>([
    ['retryCompensation', stuckBackward, { act: 'retry-compensation' }, 'compensated', undefined],
    [
      'markCompensated',
      stuckBackward,
      { act: 'mark-compensated', label: 'Charge' },
      'compensated',
      undefined,
    ],
    ['terminate', stuckBackward, { act: 'terminate' }, 'parked', 'terminated'],
  ])('%s is kept with who, when and why', async (_, steps, command, status, parkReason) => {
    const { cluster, act } = await orderWith(steps);
    const at = cluster.clock.now();
    const details = await act(command);
    expect(details).toMatchObject({ status, parkReason });
    expect(details?.timeline).toContainEqual(
      expect.objectContaining({ type: 'manual', ...command, ...eve, at }),
    );
  });

  it('retryCompensation gives the undo all of its attempts again', async () => {
    const refused = Array.from({ length: 6 }, () => declines());
    const { cluster, act } = await orderWith({ ...ships, Charge: { undoes: refused } });
    expect(cluster.times('undo Charge')).toHaveLength(4);
    expect(await act({ act: 'retry-compensation' })).toMatchObject({ status: 'parked' });
    expect(cluster.times('undo Charge')).toHaveLength(8);
    expect(cluster.times('undo Reserve')).toHaveLength(1);
  });

  it('markCompensated runs no undo of that step, and those of the others', async () => {
    const cluster = new Cluster();
    const steps = [
      cluster.step('Reserve'),
      cluster.step('Charge', { undoes: [declines()], compensationRetry: 0 }),
      cluster.step('Ship', { does: [declines()] }),
    ];
    const plan = cluster.plan(steps, { onCompensationFailure: 'halt' });
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship', 'undo Charge']);
    await anna.engine.manual(ref, { act: 'mark-compensated', label: 'Charge' }, eve);
    await settle();
    expect(cluster.log.slice(4)).toEqual(['undo Reserve']);
    expect(await cluster.status()).toBe('compensated');
  });

  it('markStepDone takes the step in doubt for done, with its result, and goes on', async () => {
    const { cluster, bert } = await inDoubt();
    const command: Command = { act: 'mark-done', label: 'Charge', result: { tx: 7n } };
    await bert.engine.manual(ref, command, eve);
    await settle();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
    expect(cluster.calls[2]?.ctx.getStepResult('Charge')).toEqual({ tx: 7n });
    expect(await bert.get()).toMatchObject({ status: 'completed', parkReason: undefined });
    const timeline = JSON.stringify((await bert.get())?.timeline);
    expect(timeline).toMatch(/"act":"mark-done","label":"Charge","pivot":false,"by":"eve"/);
    expect(timeline).not.toMatch(/"tx"/);
  });

  it('markStepDone is refused, and nothing written, for a result that cannot be stored', async () => {
    const { cluster, bert } = await inDoubt();
    const before = await cluster.stored();
    const command: Command = { act: 'mark-done', label: 'Charge', result: () => 1 };
    const error = await rejectionOf(bert.engine.manual(ref, command, eve));
    expect(error).toMatchObject({ code: 'SAGA_SERIALIZATION' });
    expect(await cluster.stored()).toEqual(before);
  });

  it('markStepDone of a pivot rules out compensating', async () => {
    const steps = { Charge: { does: [neverAnswers], idempotent: false, pivot: true }, ...ships };
    const { cluster, plan, anna } = await orderWith(steps);
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    await bert.engine.manual(ref, { act: 'mark-done', label: 'Charge' }, eve);
    await settle();
    expect(await bert.get()).toMatchObject({ parkReason: 'failed-after-pivot' });
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });

  it('markStepNotDone leaves the saga parked; a resume runs the step in doubt again', async () => {
    const { cluster, bert } = await inDoubt();
    await bert.engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, eve);
    await cluster.clock.advance(2_000);
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    const details = await bert.get();
    expect(details).toMatchObject({ status: 'parked', parkReason: 'in-doubt' });
    expect(details?.timeline.at(-1)).toMatchObject({
      ...{ type: 'manual', act: 'mark-not-done', label: 'Charge' },
      ...eve,
    });
    const handle = await bert.engine.resume(ref);
    await cluster.clock.advance(2_000);
    expect((await handle.result()).isSuccess).toBe(true);
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
  });

  it('markStepNotDone, then cancel: the others are undone, it is not', async () => {
    const { cluster, bert } = await inDoubt();
    await bert.engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, eve);
    await bert.engine.cancel(ref, 'no longer wanted');
    await cluster.clock.advance(2_000);
    expect(await cluster.status()).toBe('compensated');
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('markStepNotDone is remembered by whoever takes the saga up next', async () => {
    const { cluster, plan, bert } = await inDoubt();
    await bert.engine.manual(ref, { act: 'mark-not-done', label: 'Charge' }, eve);
    bert.crash();
    const carl = await cluster.process([plan]);
    await cluster.takeover();
    expect(await carl.get()).toMatchObject({ status: 'parked' });
    await (await carl.engine.resume(ref)).result();
    expect(cluster.log).toEqual(['Reserve', 'Charge', 'Charge', 'Ship']);
  });

  it('terminate stops a saga where it is: aborts, undoes nothing, tells who waits', async () => {
    const { cluster, handle, act } = await orderWith({ Charge: { does: [stopsOnAbort] } });
    expect(await act({ act: 'terminate' })).toMatchObject({
      status: 'parked',
      parkReason: 'terminated',
    });
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
    expect(cluster.calls[1]?.ctx.signal.reason).toMatchObject({
      message: /terminated: ticket 4711/,
    });
    const error = await failureOf(handle.result());
    expect(error).toMatchObject({ status: 'parked', parkReason: 'terminated' });
    expect(error.notCompensated).toEqual(['Reserve', 'Charge']);
  });

  it.each([
    ['succeeds', () => Promise.resolve('tx-1')],
    ['fails', () => Promise.reject(new Error('card declined'))],
  ])(
    'tells who waits before a step that ignores its signal %s, and nothing after',
    async (_, end) => {
      const ends = gate();
      const onError = jest.fn();
      const does = [() => ends.does().then(end)];
      const { cluster, handle, act } = await orderWith({ Charge: { does, onError } });
      await act({ act: 'terminate' });
      expect(await failureOf(handle.result())).toMatchObject({ parkReason: 'terminated' });
      const stored = await cluster.stored();
      ends.open();
      await cluster.clock.advance(2_000);
      expect(handle.saga?.getStepResult('Charge')).toBeUndefined();
      expect(onError).not.toHaveBeenCalled();
      expect(await cluster.stored()).toEqual(stored);
      expect(cluster.log).toEqual(['Reserve', 'Charge']);
    },
  );

  it.each([
    ['a step', { does: [answers()] }, 'started Charge', ['Reserve'], ['manual', 'failed Charge 1']],
    ['an undo', { does: [declines()] }, 'undo-started Reserve', ['Reserve', 'Charge'], ['manual']],
  ])('terminate while %s is announced: it does not begin', async (_, does, record, log, after) => {
    const cluster = new Cluster();
    const plan = cluster.plan([cluster.step('Reserve'), cluster.step('Charge', does)]);
    const anna = await cluster.process([plan]);
    let terminated: Promise<void> | undefined;
    anna.fault = (method, [batch]) => {
      if (method !== 'append') return;
      const records = (batch as JournalBatch).entries.map(({ head }) => {
        const { type, label } = JSON.parse(head) as { type: string; label?: string };
        return `${type} ${label}`;
      });
      if (records.includes(record)) terminated = anna.engine.manual(ref, { act: 'terminate' }, eve);
    };
    const handle = await anna.start(plan);
    expect(await failureOf(cluster.clock.until(handle.result()))).toMatchObject({
      parkReason: 'terminated',
    });
    await terminated;
    expect(cluster.log).toEqual(log);
    expect((await cluster.stored()).slice(-after.length - 1)).toEqual([`${record} 1`, ...after]);
  });

  it('terminate ends a back-off, too', async () => {
    const retry = { retries: 1, delay: 3_600_000, maxDelay: 3_600_000 };
    const { handle, act } = await orderWith({ Charge: { does: [declines()], retry } });
    await act({ act: 'terminate' });
    expect(await failureOf(handle.result())).toMatchObject({ parkReason: 'terminated' });
  });

  it.each([
    ['resume', 'resumed', 'completed'],
    ['cancel', 'cancel-requested', 'compensated'],
  ] as const)('%s waits for no probe, and is durable before it', async (act, record, end) => {
    const { does, open } = gate();
    const probe = does as () => Promise<ProbeAnswer>;
    const { cluster, anna, plan } = await orderWith({
      Charge: { does: [neverAnswers, answers()], probe },
    });
    anna.crash();
    const bert = await cluster.process([plan], { worker: { maxRecoveries: 0 } });
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'recovery-limit' });
    await bert.engine[act](ref, 'Charge');
    expect(await cluster.status()).toBe('running');
    expect((await cluster.stored()).at(-1)).toContain(record);
    open('not-done');
    await cluster.clock.advance(2_000);
    expect(await cluster.status()).toBe(end);
  });

  it('a terminated saga stays so: neither resumed, cancelled, nor recovered', async () => {
    const { cluster, plan, anna, act } = await orderWith({ Charge: { does: [neverAnswers] } });
    await act({ act: 'terminate' });
    const wanted = [() => anna.engine.resume(ref), () => anna.engine.cancel(ref, 'x')];
    for (const want of wanted) expect((await rejectionOf(want())).message).toMatch(/terminated/);
    anna.crash();
    await cluster.process([plan]);
    await cluster.takeover();
    expect(await cluster.status()).toBe('parked');
    expect(cluster.log).toEqual(['Reserve', 'Charge']);
  });

  it('forget deletes a saga at rest, with its records', async () => {
    const { cluster, anna } = await orderWith({});
    await anna.engine.forget(ref);
    expect(await anna.get()).toBeUndefined();
    expect(await rejectionOf(anna.engine.forget(ref))).toMatchObject({ code: 'SAGA_NOT_FOUND' });
    expect(await cluster.stored()).toEqual([]);
  });
});

describe('what an operator cannot do', () => {
  const running = { Charge: { does: [neverAnswers] } };
  const retry: Command = { act: 'retry-compensation' };
  const undone = (label: string): Command => ({ act: 'mark-compensated', label });
  const done = (label: string): Command => ({ act: 'mark-done', label });
  const notDone = (label: string): Command => ({ act: 'mark-not-done', label });

  it.each<[string, object, Command, RegExp]>([
    ['terminate what has completed', {}, { act: 'terminate' }, /it is completed/],
    ['terminate what was compensated', ships, { act: 'terminate' }, /it is compensated/],
    ['retry the undos of a running saga', running, retry, /it is running, not parked/],
    ['mark undone in a running saga', running, undone('Reserve'), /it is running, not parked/],
    ['mark done in a running saga', running, done('Charge'), /it is running, not parked/],
    ['mark not done in a running saga', running, notDone('Charge'), /it is running, not parked/],
    ['mark not done in a saga that undoes', stuckBackward, notDone('Charge'), /has begun to undo/],
    ['mark done in a saga that undoes', stuckBackward, done('Ship'), /has begun to undo/],
    ['mark undone what never started', stuckBackward, undone('Pack'), /not started a step 'Pack'/],
    ['mark undone what is undone', stuckBackward, undone('Reserve'), /is undone already/],
    ['mark undone what did not happen', stuckBackward, undone('Ship'), /did not take place/],
  ])('%s', async (_, steps, command, why) => {
    const { refusal } = await orderWith(steps);
    expect(await refusal(command)).toMatch(why);
  });

  it.each<[string, Command, RegExp]>([
    ['retry undos that have not begun', retry, /not begun to undo its steps; cancel it first/],
    ['mark undone before it undoes', undone('Reserve'), /not begun to undo its steps/],
    ['mark done what is done', done('Reserve'), /step 'Reserve' is done already/],
    ['mark done what has not started', done('Ship'), /has not started a step 'Ship'/],
    ['mark not done what is done', notDone('Reserve'), /step 'Reserve' is done/],
    ['mark not done what has not started', notDone('Ship'), /has not started a step 'Ship'/],
  ])('%s', async (_, command, why) => {
    const { bert } = await inDoubt();
    expect((await rejectionOf(bert.engine.manual(ref, command, eve))).message).toMatch(why);
  });

  it.each([
    [null as never, /the last argument must be \{ by, reason \}.* \(got null\)/],
    [{ by: '', reason: 'x' }, /by must be a non-empty string/],
    [{ by: 'eve', reason: '' }, /reason must be a non-empty string/],
    [{ by: 'eve', reason: 7 as never }, /reason must be a non-empty string \(got 7\)/],
  ])('act without saying who and why: %p', async (why, message) => {
    const { refusal } = await orderWith(stuckBackward);
    expect(await refusal(retry, why)).toMatch(message);
  });

  it('act on what nobody knows', async () => {
    const { anna } = await orderWith({});
    const unknown = { ...ref, id: 'o-2' };
    for (const act of [
      anna.engine.manual(unknown, retry, eve),
      anna.engine.cancel(unknown, 'x'),
      anna.engine.resume(unknown),
      anna.engine.forget(unknown),
    ]) {
      expect(await rejectionOf(act)).toMatchObject({ code: 'SAGA_NOT_FOUND' });
    }
  });

  it('forget what is not at rest', async () => {
    const { anna } = await orderWith(running);
    expect((await rejectionOf(anna.engine.forget(ref))).message).toMatch(
      /it is running; only sagas at rest/,
    );
  });
});
