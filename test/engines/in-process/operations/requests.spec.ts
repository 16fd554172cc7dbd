import type { OperatorReason, SagaAct } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf } from '../../../support/shop.js';
import { Cluster, LEASE, Process, ref, TAKEN_OVER } from '../cluster.js';

const eve: OperatorReason = { by: 'eve', reason: 'ticket 4711', origin: 'cli' };

/** An order whose refund was refused as often as it was tried; one more refusal follows, or none. */
async function stuck(undoes = [declines(), declines(), declines(), declines(), answers()]) {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Charge', { undoes }),
    cluster.step('Ship', { does: [declines()] }),
  ]);
  const anna = await cluster.process([plan]);
  await cluster.begun(anna, plan);
  await cluster.clock.advance(2_000);
  expect(await anna.get()).toMatchObject({ parkReason: 'compensation-failed' });
  /** Knows no saga. */
  const desk = await cluster.process([], { worker: false });
  const ask = (act: SagaAct, why = eve) => desk.engine.operators.request(ref, act, why);
  const found = async (request: string) => {
    const { requests } = await desk.engine.operators.requests({ request });
    return requests[0];
  };
  const audit = async () =>
    (await desk.engine.operators.audit({})).entries.map(({ act, outcome, by }) => [
      act,
      outcome,
      by,
    ]);
  const undos = () => cluster.log.filter((what) => what === 'undo Charge').length;
  return { cluster, plan, anna, desk, ask, found, audit, undos };
}

const LOOK = LEASE;

/** Parked past its pivot, in a process that redacts passwords. */
async function parkedWithRedaction() {
  const cluster = new Cluster();
  const plan = cluster.plan([
    cluster.step('Charge', { pivot: true }),
    cluster.step('Ship', { does: [declines()] }),
  ]);
  const anna = await cluster.process([plan], { redact: ['password'] });
  await cluster.begun(anna, plan);
  return { cluster, anna };
}

const secret = { ...eve, reason: 'password=s3cr3t' };

describe('a request of an operator (semantics 111)', () => {
  it('is left by a process that does not know the saga, and carried out by one that does', async () => {
    const { cluster, anna, ask, found, audit } = await stuck();
    const asked = await ask({ act: 'retry-compensation' });
    expect(asked).toMatchObject({
      ...eve,
      act: 'retry-compensation',
      outcome: undefined,
      takes: 0,
    });
    await cluster.clock.advance(LOOK);
    expect(await anna.get()).toMatchObject({ status: 'compensated' });
    expect((await anna.get())?.timeline).toContainEqual(
      expect.objectContaining({ type: 'manual', by: 'eve', reason: 'ticket 4711' }),
    );
    const ended = await found(asked.request);
    expect(ended).toMatchObject({ outcome: 'done', message: undefined, takenBy: anna.owner });
    expect(ended?.endedAt).toBeInstanceOf(Date);
    expect(await audit()).toEqual([['retry-compensation', 'done', 'eve']]);
    const { entries } = await anna.engine.operators.audit({ entry: asked.request });
    expect(entries).toMatchObject([{ ...ref, origin: 'cli', reason: 'ticket 4711' }]);
    expect(cluster.logger.messages('info')).toContain(
      "The request to retry-compensation saga PlaceOrder 'o-1' is done",
    );
  });

  it('is asked of a journal that is open, or not at all', async () => {
    const { cluster, desk } = await stuck();
    const late = new Process(cluster, { worker: false });
    late.fault = (method) => {
      if (method === 'open') throw new Error('no disk');
    };
    const { operators } = late.engine;
    const act = { act: 'retry-compensation' } as const;
    await expect(operators.request(ref, act, eve)).rejects.toThrow('no disk');
    await expect(operators.withdraw('r-1', eve)).rejects.toThrow('no disk');
    await expect(operators.requests({})).rejects.toThrow('no disk');
    await expect(operators.audit({})).rejects.toThrow('no disk');
    expect((await desk.engine.operators.requests({})).requests).toEqual([]);
  });

  it('waits for a process that knows the saga', async () => {
    const { cluster, anna, desk, plan, ask, found } = await stuck();
    await anna.engine.close();
    await cluster.process([cluster.plan([cluster.step('Other')], { name: 'Other' })]);
    const { request } = await ask({ act: 'retry-compensation' });
    await cluster.clock.advance(10 * LOOK);
    expect(await found(request)).toMatchObject({ outcome: undefined, takes: 0 });
    await cluster.process([plan]);
    await cluster.clock.advance(LOOK);
    expect(await found(request)).toMatchObject({ outcome: 'done' });
    expect(await desk.get()).toMatchObject({ status: 'compensated' });
  });

  it('that needs no plan is for every worker: terminate, and forget after it', async () => {
    const { cluster, anna, desk, ask, found, audit } = await stuck();
    await anna.engine.close();
    await cluster.process([cluster.plan([cluster.step('Other')], { name: 'Other' })]);
    const first = await ask({ act: 'terminate' });
    const second = await ask({ act: 'forget' }, { ...eve, by: 'bob' });
    await cluster.clock.advance(2 * LOOK);
    expect(await found(first.request)).toMatchObject({ outcome: 'done' });
    expect(await found(second.request)).toMatchObject({ outcome: 'done' });
    expect(await desk.get()).toBeUndefined();
    expect(await audit()).toEqual([
      ['forget', 'done', 'bob'],
      ['terminate', 'done', 'eve'],
    ]);
  });

  it('is carried out after those before it to the same saga', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers, answers()], idempotent: false });
    const plan = cluster.plan([charge, cluster.step('Ship')]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'in-doubt' });
    const { operators } = bert.engine;
    await operators.request(ref, { act: 'mark-not-done', label: 'Charge' }, eve);
    await operators.request(ref, { act: 'resume' }, eve);
    await cluster.clock.advance(2 * LOOK);
    expect(await bert.get()).toMatchObject({ status: 'completed' });
    const { requests } = await operators.requests({});
    expect(requests.map(({ act, outcome }) => [act, outcome])).toEqual([
      ['resume', 'done'],
      ['mark-not-done', 'done'],
    ]);
  });

  it('brings the result of a step to whoever carries it out', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers], idempotent: false });
    const plan = cluster.plan([charge, cluster.step('Ship')]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([plan]);
    await cluster.takeover();
    const desk = await cluster.process([], { worker: false });
    const result = { tx: new Date(7) };
    await desk.engine.operators.request(ref, { act: 'mark-done', label: 'Charge', result }, eve);
    await cluster.clock.advance(LOOK);
    expect(await bert.get()).toMatchObject({ status: 'completed' });
    const stored = await cluster.journal.load(ref);
    const marked = stored?.entries.find(({ head }) => head.includes('mark-done'));
    expect(marked?.result).toContain('"value":7');
    const [row] = (await desk.engine.operators.requests({})).requests;
    expect(row).not.toHaveProperty('result');
  });

  it('that the saga refuses ends so, with why', async () => {
    const { cluster, ask, found, audit, anna } = await stuck();
    const { request } = await ask({ act: 'mark-done', label: 'Ship' });
    const before = await cluster.journal.load(ref);
    await cluster.clock.advance(LOOK);
    expect(await found(request)).toMatchObject({
      outcome: 'refused',
      message:
        "Cannot mark step 'Ship' as done in saga PlaceOrder 'o-1': it has begun to undo its steps",
    });
    expect(await cluster.journal.load(ref)).toEqual(before);
    expect(await audit()).toEqual([['mark-done', 'refused', 'eve']]);
    expect((await anna.get())?.status).toBe('parked');
  });

  it('cancels a saga that lives, and keeps who asked', async () => {
    const cluster = new Cluster();
    const plan = cluster.plan([
      cluster.step('Reserve'),
      cluster.step('Ship', { does: [neverAnswers] }),
    ]);
    const anna = await cluster.process([plan], { worker: false });
    await cluster.begun(anna, plan);
    const bert = await cluster.process([plan]);
    const { request } = await bert.engine.operators.request(ref, { act: 'cancel' }, eve);
    await cluster.clock.advance(3 * LOOK);
    expect((await bert.get())?.timeline).toContainEqual(
      expect.objectContaining({ type: 'cancel-requested', actor: 'eve', reason: 'ticket 4711' }),
    );
    const { requests } = await bert.engine.operators.requests({ request });
    expect(requests).toMatchObject([{ outcome: 'done' }]);
  });

  it('can be taken back until somebody has taken it', async () => {
    const { cluster, anna, desk, ask, found, audit, undos } = await stuck();
    const { request } = await ask({ act: 'retry-compensation' });
    await desk.engine.operators.withdraw(request, { by: 'bob', reason: 'by mistake' });
    await cluster.clock.advance(2 * LOOK);
    expect(undos()).toBe(4);
    expect(await found(request)).toMatchObject({
      outcome: 'withdrawn',
      message: 'bob: by mistake',
    });
    expect(await audit()).toEqual([['retry-compensation', 'withdrawn', 'eve']]);
    const withdraw = (which: string) => desk.engine.operators.withdraw(which, eve);
    expect(await rejectionOf(withdraw(request))).toMatchObject({
      code: 'SAGA_STATE',
      message: `Cannot withdraw request '${request}': it is withdrawn`,
    });
    expect(await rejectionOf(withdraw('none'))).toMatchObject({ code: 'SAGA_NOT_FOUND' });
    expect((await anna.get())?.status).toBe('parked');
  });

  it.each<[string, object, object, RegExp, string]>([
    ['an unknown act', { act: 'undo' }, eve, /act must be one of cancel, resume/, 'SAGA_OPTIONS'],
    ['no act', [], eve, /act must be one of/, 'SAGA_OPTIONS'],
    ['no label', { act: 'mark-done' }, eve, /label must be a non-empty string/, 'SAGA_OPTIONS'],
    [
      'a label too many',
      { act: 'cancel', label: 'x' },
      eve,
      /unknown option 'label'/,
      'SAGA_OPTIONS',
    ],
    ['nobody', { act: 'cancel' }, { reason: 'why' }, /by must be a non-empty/, 'SAGA_OPTIONS'],
    [
      'a short reason',
      { act: 'cancel' },
      { by: 'eve', reason: ' x ' },
      /at least 3 characters/,
      'SAGA_OPTIONS',
    ],
    [
      'an odd origin',
      { act: 'cancel' },
      { ...eve, origin: 'A b' },
      /origin must be/,
      'SAGA_OPTIONS',
    ],
    [
      'a result that cannot be stored',
      { act: 'mark-done', label: 'Ship', result: () => 1 },
      eve,
      /is a function/,
      'SAGA_SERIALIZATION',
    ],
  ])('is refused at once, and not left: %s', async (_, act, why, message, code) => {
    const { desk } = await stuck();
    const asked = desk.engine.operators.request(ref, act as never, why as never);
    expect(await rejectionOf(asked)).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect((await desk.engine.operators.requests({})).requests).toEqual([]);
  });

  it('for a saga that nobody has is refused at once', async () => {
    const { desk, anna } = await stuck();
    for (const { engine } of [desk, anna]) {
      const asked = engine.operators.request({ ...ref, id: 'typo' }, { act: 'cancel' }, eve);
      expect(await rejectionOf(asked)).toMatchObject({ code: 'SAGA_NOT_FOUND' });
    }
  });

  it('for a saga of a newer plan is left to processes that know it', async () => {
    const cluster = new Cluster();
    const steps = () => [
      cluster.step('Charge', { pivot: true }),
      cluster.step('Ship', { does: [declines(), answers()], retry: { retries: 0 } }),
    ];
    const newer = cluster.plan(steps(), { version: 2 });
    const anna = await cluster.process([newer]);
    await cluster.begun(anna, newer);
    expect(await anna.get()).toMatchObject({ parkReason: 'failed-after-pivot' });
    await anna.engine.close();
    const bert = await cluster.process([cluster.plan(steps(), { version: 1 })]);
    const { request } = await bert.engine.operators.request(ref, { act: 'resume' }, eve);
    await cluster.clock.advance(6 * LOOK);
    const open = (await bert.engine.operators.requests({ request })).requests;
    expect(open).toMatchObject([{ outcome: undefined, takenBy: undefined, takes: 0 }]);
    await cluster.process([newer]);
    await cluster.clock.advance(6 * LOOK);
    const ended = (await bert.engine.operators.requests({ request })).requests;
    expect(ended).toMatchObject([{ outcome: 'done' }]);
  });

  it('forges no line of a log', async () => {
    const { cluster, ask } = await stuck();
    await ask(
      { act: 'retry-compensation' },
      { by: 'eve\nERROR', reason: 'a\r\nb\u2028c', origin: 'cli' },
    );
    await cluster.clock.advance(LOOK);
    const line = cluster.logger.lines.find(({ message }) => message.startsWith('The request'));
    expect(line?.fields).toMatchObject({
      by: 'eve\\u000aERROR',
      reason: 'a\\u000d\\u000ab\\u2028c',
    });
  });

  it('keeps no secret of its reason', async () => {
    const { cluster, anna } = await parkedWithRedaction();
    await anna.engine.operators.request(ref, { act: 'terminate' }, secret);
    await cluster.clock.advance(LOOK);
    const told = [
      await anna.engine.operators.requests({}),
      await anna.engine.operators.audit({}),
      await anna.get(),
    ];
    expect(JSON.stringify([told, cluster.logger.lines])).not.toContain('s3cr3t');
    expect(await anna.get()).toMatchObject({ parkReason: 'terminated' });
  });

  it('has its reason redacted by who carries it out, where who left it redacts nothing', async () => {
    const { cluster, anna } = await parkedWithRedaction();
    const desk = await cluster.process([], { worker: false });
    await desk.engine.operators.request(ref, { act: 'terminate' }, secret);
    await cluster.clock.advance(LOOK);
    const audit = await desk.engine.operators.audit({});
    expect(audit.entries).toMatchObject([{ act: 'terminate', outcome: 'done' }]);
    expect(JSON.stringify([audit, await anna.get()])).not.toContain('s3cr3t');
  });
});

/** Dies when it calls this method of the journal: before the call gets there, or after it. */
function dies(process: Process, method: string, when: 'before' | 'after'): void {
  process.fault = (called) => {
    if (called !== method) return undefined;
    if (when === 'before') {
      process.crash();
      throw new Error('it is gone');
    }
    return () => process.crash();
  };
}

describe('a request whose process dies (semantics 112)', () => {
  it.each([
    ['take', 'after'],
    ['audit', 'after'],
    ['claim', 'after'],
    ['append', 'before'],
    ['append', 'after'],
    ['end', 'before'],
    ['end', 'after'],
  ] as const)('is taken again, and its act is done once: at %s, %s it', async (method, when) => {
    const refused = [declines(), declines(), declines(), declines()];
    const { cluster, plan, anna, ask, found, audit, undos } = await stuck(refused);
    dies(anna, method, when);
    const { request } = await ask({ act: 'retry-compensation' });
    await cluster.clock.advance(LOOK);
    expect(anna.isDead).toBe(true);
    const bert = await cluster.process([plan]);
    await cluster.clock.advance(TAKEN_OVER + 2 * LOOK);
    await cluster.clock.advance(TAKEN_OVER);
    expect(await found(request)).toMatchObject({ outcome: 'done' });
    expect(await audit()).toEqual([['retry-compensation', 'done', 'eve']]);
    const acts = (await bert.get())?.timeline.filter(({ type }) => type === 'manual');
    expect(acts).toHaveLength(1);
    expect(undos()).toBeGreaterThan(4);
    expect(await bert.get()).toMatchObject({ status: 'parked' });
  });

  it('is done once by two, of which one stood still in it', async () => {
    const refused = [declines(), declines(), declines(), declines()];
    const { cluster, plan, anna, ask, audit } = await stuck(refused);
    await ask({ act: 'retry-compensation' });
    anna.fault = (method) => {
      // Between the look into the audit and the claim.
      if (method === 'audit') anna.pause();
      return undefined;
    };
    await cluster.clock.advance(LOOK);
    expect(anna.isPaused).toBe(true);
    const bert = await cluster.process([plan]);
    await cluster.clock.advance(TAKEN_OVER + 2 * LOOK);
    expect((await bert.get())?.timeline.filter(({ type }) => type === 'manual')).toHaveLength(1);
    anna.fault = () => undefined;
    anna.wake();
    await cluster.clock.advance(TAKEN_OVER);
    expect((await bert.get())?.timeline.filter(({ type }) => type === 'manual')).toHaveLength(1);
    expect(await audit()).toEqual([['retry-compensation', 'done', 'eve']]);
    // What it has claimed in vain it has released.
    expect(await cluster.journal.get(ref)).toMatchObject({ status: 'parked' });
  });

  it('that ends its processes again and again ends as failed', async () => {
    const { cluster, ask, found, anna } = await stuck();
    await anna.engine.close();
    const { request } = await ask({ act: 'retry-compensation' });
    for (let n = 0; n < 10; n += 1) {
      const owner = `dead-${n}`;
      const all = {
        names: ['PlaceOrder'],
        acts: ['retry-compensation'],
        actsOnAny: [],
        except: [],
      } as const;
      await cluster.journal.operators.take({ owner, limit: 1, ...all });
    }
    await cluster.process([cluster.plan([cluster.step('Charge')])]);
    await cluster.clock.advance(LOOK);
    expect(await found(request)).toMatchObject({
      outcome: 'failed',
      message: 'It was taken 11 times, and no process came to an outcome',
    });
  });

  it('waits for a journal that fails', async () => {
    const { cluster, ask, found, anna } = await stuck();
    anna.fault = (method) => {
      if (method === 'append' || method === 'end') throw new Error('disk full');
      return undefined;
    };
    const { request } = await ask({ act: 'retry-compensation' });
    await cluster.clock.advance(2 * LOOK);
    expect(await found(request)).toMatchObject({ outcome: undefined });
    anna.fault = () => undefined;
    await cluster.clock.advance(TAKEN_OVER + 2 * LOOK);
    expect(await found(request)).toMatchObject({ outcome: 'done' });
    expect(await anna.get()).toMatchObject({ status: 'compensated' });
  });

  it('is let go by a process that shuts down', async () => {
    const { cluster, ask, anna, found } = await stuck();
    anna.fault = (method) => {
      if (method === 'claim') anna.latency = () => 5_000;
      return undefined;
    };
    const { request } = await ask({ act: 'retry-compensation' });
    await cluster.clock.advance(LEASE / 2);
    const closed = anna.engine.close();
    await cluster.clock.until(closed);
    await settle();
    anna.latency = () => 0;
    const bert = await cluster.process([
      cluster.plan([cluster.step('Charge'), cluster.step('Ship')]),
    ]);
    await cluster.clock.advance(TAKEN_OVER + 2 * LOOK);
    expect(await found(request)).toMatchObject({ outcome: 'done' });
    expect((await bert.get())?.timeline.filter(({ type }) => type === 'manual')).toHaveLength(1);
  });
});
