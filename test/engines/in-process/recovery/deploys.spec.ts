import type { AnySagaStep } from 'nestjs-saga-orchestrator/core';
import { answers, declines, neverAnswers } from '../../../support/behaviours.js';
import { settle } from '../../../support/manual-clock.js';
import { rejectionOf, type OrderContext } from '../../../support/shop.js';
import { Cluster, ref } from '../cluster.js';

type Steps = readonly AnySagaStep<OrderContext>[];

/** Create and Reserve are done and Charge is in flight when the process goes. */
async function crashedBeforeDeploy() {
  const cluster = new Cluster();
  const step = (label: string) => cluster.step(label);
  const charge = cluster.step('Charge', { does: [neverAnswers, answers()] });
  const old: Steps = [step('Create'), step('Reserve'), charge, step('Ship')];
  const anna = await cluster.process([cluster.plan(old)]);
  await cluster.begun(anna, cluster.plan(old));
  anna.crash();
  /** The new process, after it has taken the order over. */
  const deploy = async (change: (steps: Steps) => Steps, retired: string[] = []) => {
    const options = { retired: retired.map((label) => ({ ...step(label), action: undefined })) };
    const bert = await cluster.process([cluster.plan(change(old), options)]);
    await cluster.takeover();
    return bert;
  };
  const before = cluster.log.length;
  return { cluster, step, charge, deploy, log: () => cluster.log.slice(before) };
}

const UNDOS = ['undo Charge', 'undo Reserve', 'undo Create'];

describe('a deploy between crash and recovery (semantics 27)', () => {
  it.each<[string, (steps: Steps, added: Steps[number]) => Steps, string[]]>([
    ['a step is added at the end', (steps, added) => [...steps, added], ['Charge', 'Ship', 'Pack']],
    [
      'a step is inserted after those that ran',
      (steps, added) => [...steps.slice(0, 3), added, ...steps.slice(3)],
      ['Charge', 'Pack', 'Ship'],
    ],
    ['a step that has not run is removed', (steps) => steps.slice(0, 3), ['Charge']],
    ['nothing is changed', (steps) => steps, ['Charge', 'Ship']],
  ])(
    'goes on when what was executed is a prefix of the new plan: %s',
    async (_, change, expected) => {
      const { cluster, step, deploy, log } = await crashedBeforeDeploy();
      await deploy((steps) => change(steps, step('Pack')));
      expect(log()).toEqual(expected);
      expect(await cluster.status()).toBe('completed');
    },
  );

  it.each<[string, (steps: Steps, other: (label: string) => Steps[number]) => Steps, string[]]>([
    ['a first step is inserted', (steps, other) => [other('CheckFraud'), ...steps], []],
    [
      'a step is inserted between those that ran',
      ([create, ...others], other) => [create as Steps[number], other('CheckFraud'), ...others],
      [],
    ],
    [
      'steps are reordered',
      ([create, reserve, ...rest]) => [reserve, create, ...rest] as Steps,
      [],
    ],
    ['a step is retired', ([create, , ...rest]) => [create, ...rest] as Steps, ['Reserve']],
  ])('is cancelled, and everything undone by its label: %s', async (_, change, retired) => {
    const { cluster, step, deploy, log } = await crashedBeforeDeploy();
    const bert = await deploy((steps) => change(steps, step), retired);
    if ((await cluster.status()) !== 'completed') {
      expect(await bert.get()).toMatchObject({ parkReason: 'definition-mismatch' });
      await bert.engine.cancel(ref, 'rolled back');
      await settle();
      expect(log().filter((what) => what.startsWith('undo'))).toEqual(UNDOS);
      expect(await cluster.status()).toBe('compensated');
    } else {
      // A retired step is part of the plan: what it has done does not stand in the way.
      expect(log()).toEqual(['Charge', 'Ship']);
    }
  });

  it('undoes a retired step when a later one fails', async () => {
    const { cluster, deploy, log } = await crashedBeforeDeploy();
    const refuses = cluster.step('Ship', { does: [declines()] });
    await deploy(([create, , charge]) => [create, charge, refuses] as Steps, ['Reserve']);
    expect(log()).toEqual(['Charge', 'Ship', ...UNDOS]);
    expect(await cluster.status()).toBe('compensated');
  });

  it.each<[string, string, (steps: Steps) => Steps]>([
    ['removed', 'Reserve', ([create, , ...rest]) => [create, ...rest] as Steps],
    [
      'renamed',
      'Reserve',
      (steps) => steps.map((s) => (s.label === 'Reserve' ? { ...s, label: 'Hold' } : s)),
    ],
    [
      'robbed of its undo',
      'Reserve',
      (steps) =>
        steps.map(({ compensate, ...s }) =>
          s.label === 'Reserve' ? s : { ...s, compensate: compensate! },
        ),
    ],
    [
      'removed while in flight',
      'Charge',
      ([create, reserve, , ship]) => [create, reserve, ship] as Steps,
    ],
  ])(
    'parks, naming the step whose undo is missing, and undoes the others: it is %s',
    async (_, lost, change) => {
      const { cluster, deploy, log } = await crashedBeforeDeploy();
      const bert = await deploy(change);
      if ((await cluster.status()) === 'parked') await bert.engine.cancel(ref, 'rolled back');
      await settle();
      if ((await cluster.status()) === 'completed') return;
      expect(log().filter((what) => what.startsWith('undo'))).toEqual(
        UNDOS.filter((undo) => undo !== `undo ${lost}`),
      );
      const details = await bert.get();
      expect(details).toMatchObject({ status: 'parked', parkReason: 'definition-mismatch' });
      expect(details?.timeline.at(-1)).toMatchObject({ type: 'parked', label: lost });
    },
  );

  it('parks, and says so at the start, for the undo of a step that was merely attempted', async () => {
    const cluster = new Cluster();
    const create = cluster.step('Create');
    const charge = {
      does: [declines()],
      undoes: [neverAnswers],
      compensateOn: 'attempted',
    } as const;
    const plan = cluster.plan([create, cluster.step('Charge', charge)]);
    const anna = await cluster.process([plan]);
    await cluster.begun(anna, plan);
    anna.crash();
    const bert = await cluster.process([cluster.plan([create])]);
    expect(cluster.logger.messages('warn')).toContainEqual(
      expect.stringMatching(/'Charge' by 'o-1'/),
    );
    await cluster.takeover();
    expect(cluster.log).toEqual(['Create', 'Charge', 'undo Charge', 'undo Create']);
    expect(await bert.get()).toMatchObject({
      status: 'parked',
      parkReason: 'definition-mismatch',
      timeline: expect.arrayContaining([
        expect.objectContaining({ type: 'parked', label: 'Charge' }),
      ]) as unknown,
    });
    const why = { by: 'eve', reason: 'by hand' };
    await bert.engine.manual(ref, { act: 'mark-compensated', label: 'Charge' }, why);
    await settle();
    expect(await cluster.status()).toBe('compensated');
  });

  it('finishes compensating once the missing undo is there again', async () => {
    const { cluster, deploy, log } = await crashedBeforeDeploy();
    const bert = await deploy(([create, , ...rest]) => [create, ...rest] as Steps);
    await bert.engine.cancel(ref, 'rolled back');
    await cluster.clock.until(bert.engine.close());
    const carl = await deploy(([create, , ...rest]) => [create, ...rest] as Steps, ['Reserve']);
    const why = { by: 'eve', reason: 'kept as retired' };
    await carl.engine.manual(ref, { act: 'retry-compensation' }, why);
    await settle();
    expect(log()).toEqual(['undo Charge', 'undo Create', 'undo Reserve']);
    expect(await cluster.status()).toBe('compensated');
  });

  it('finishes by the hand of an operator, too', async () => {
    const { cluster, deploy } = await crashedBeforeDeploy();
    const bert = await deploy(([create, , ...rest]) => [create, ...rest] as Steps);
    await bert.engine.cancel(ref, 'rolled back');
    await settle();
    const why = { by: 'eve', reason: 'released in the warehouse' };
    await bert.engine.manual(ref, { act: 'mark-compensated', label: 'Reserve' }, why);
    await settle();
    expect(await cluster.status()).toBe('compensated');
  });
});

describe('versions side by side', () => {
  it('each saga goes on by its own, whoever acts on it', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers], idempotent: false });
    const first = cluster.plan([cluster.step('Reserve'), charge]);
    const second = cluster.plan([cluster.step('Weigh'), cluster.step('Ship')], { version: 2 });
    const anna = await cluster.process([first]);
    await cluster.begun(anna, first);
    await cluster.begun(anna, first, { id: 'o-2' });
    anna.crash();
    const bert = await cluster.process([first, second]);
    await cluster.takeover();
    expect(await bert.get()).toMatchObject({ parkReason: 'in-doubt', version: 1 });
    await bert.engine.cancel(ref, 'never mind');
    const why = { by: 'eve', reason: 'seen at the bank' };
    await bert.engine.manual({ ...ref, id: 'o-2' }, { act: 'mark-done', label: 'Charge' }, why);
    await settle();
    expect(await cluster.status()).toBe('compensated');
    expect(await cluster.status('o-2')).toBe('completed');
    expect(cluster.log.filter((what) => /Weigh|Ship/.test(what))).toEqual([]);
  });

  it.each([
    ['forward', {}, ['Charge', 'Ship'], 'completed'],
    ['back', { does: [declines()] }, ['undo Pack', 'undo Create'], 'compensated'],
  ])('a process of the older one leaves what it cannot drive on, %s', async (_, ship, log, end) => {
    const cluster = new Cluster();
    const create = cluster.step('Create');
    const pack = cluster.step('Pack', { undoes: [neverAnswers, answers()] });
    const charge = cluster.step('Charge', { does: [neverAnswers, answers()], undoes: null });
    const forward = end === 'completed';
    const last = forward ? charge : cluster.step('Ship', ship);
    const older = cluster.plan([create, last]);
    const steps = [create, pack, last, ...(forward ? [cluster.step('Ship')] : [])];
    const newer = cluster.plan(steps, { version: 2 });
    const anna = await cluster.process([newer]);
    await cluster.begun(anna, newer);
    anna.crash();
    const before = cluster.log.length;
    await cluster.process([older]);
    await cluster.takeover();
    await cluster.takeover();
    expect(cluster.log.slice(before)).toEqual([]);
    expect(await cluster.journal.get(ref)).toMatchObject({
      status: forward ? 'running' : 'compensating',
      recoveries: 0,
    });
    await cluster.process([newer]);
    await cluster.takeover();
    expect(cluster.log.slice(before)).toEqual(log);
    expect(await cluster.status()).toBe(end);
  });

  it('a process of the older one is held up by none of them, and patient again after each take-over', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers], undoes: null });
    const newer = cluster.plan([cluster.step('Weigh'), charge], { version: 2 });
    const other = cluster.step('Pack', { does: [neverAnswers, answers()] });
    const others = cluster.plan([other], { name: 'Parcel' });
    const anna = await cluster.process([newer, others]);
    for (const id of ['o-1', 'o-2', 'o-3']) await cluster.begun(anna, newer, { id });
    await cluster.begun(anna, others, { id: 'p-1' });
    anna.crash();
    const worker = { concurrency: 2 };
    const bert = await cluster.process([cluster.plan([charge]), others], { worker });
    await cluster.takeover();
    await cluster.takeover();
    const parcel = await bert.engine.get({ name: 'Parcel', id: 'p-1' });
    expect(parcel).toMatchObject({ status: 'completed' });
    await cluster.clock.advance(400_000);
    const carl = await cluster.process([newer]);
    await cluster.takeover();
    expect(await cluster.stored()).toContain('recovered');
    carl.crash();
    await cluster.clock.advance(400_000);
    expect(await cluster.status()).toBe('running');
    await cluster.clock.advance(300_000);
    expect(await bert.get()).toMatchObject({ parkReason: 'definition-mismatch' });
  });

  it('what a rollback leaves behind is parked after ten minutes, for an operator', async () => {
    const cluster = new Cluster();
    const charge = cluster.step('Charge', { does: [neverAnswers] });
    const newer = cluster.plan([cluster.step('Weigh'), charge], { version: 2 });
    const anna = await cluster.process([newer]);
    await cluster.begun(anna, newer);
    anna.crash();
    const bert = await cluster.process([cluster.plan([charge])]);
    await cluster.clock.advance(590_000);
    expect(await cluster.status()).toBe('running');
    await cluster.clock.advance(60_000);
    expect(await bert.get()).toMatchObject({ parkReason: 'definition-mismatch' });
  });
});

describe('the boot line', () => {
  const lines = (cluster: Cluster) =>
    cluster.logger.messages('warn').filter((line) => /owe/.test(line));

  it('says once per saga which undos its unfinished instances owe that the plan lacks', async () => {
    const { cluster, deploy } = await crashedBeforeDeploy();
    await deploy(([create, , ...rest]) => [create, ...rest] as Steps);
    expect(lines(cluster)).toEqual([
      "Saga PlaceOrder has unfinished instances that owe an undo which its definition lacks: 'Reserve' by 'o-1'. Keep these steps: retired: true of @SagaStep(), retired() of a chain",
    ]);
    expect(cluster.logger.lines.find(({ level }) => level === 'warn')?.fields).toEqual({
      saga: 'PlaceOrder',
      labels: ['Reserve'],
    });
  });

  it.each<[string, (steps: Steps) => Steps, string[]]>([
    ['nothing has changed', (steps) => steps, []],
    [
      'the step is kept as a retired one',
      ([create, , ...rest]) => [create, ...rest] as Steps,
      ['Reserve'],
    ],
    ['what is gone never ran', (steps) => steps.slice(0, 3), []],
  ])('is not written when %s', async (_, change, retired) => {
    const { cluster, deploy } = await crashedBeforeDeploy();
    await deploy(change, retired);
    expect(lines(cluster)).toEqual([]);
  });

  it('is not written for a saga that an operator has terminated', async () => {
    const { cluster, deploy } = await crashedBeforeDeploy();
    const bert = await deploy((steps) => [cluster.step('CheckFraud'), ...steps]);
    await bert.engine.manual(ref, { act: 'terminate' }, { by: 'eve', reason: 'by hand' });
    await deploy(([create]) => [create] as Steps);
    expect(lines(cluster)).toEqual([]);
  });

  it('looks at many sagas, and delays no recovery when the journal fails', async () => {
    const { cluster } = await crashedBeforeDeploy();
    const list = jest.spyOn(cluster.journal, 'list');
    list.mockRejectedValueOnce(new Error('connection reset'));
    await cluster.process([cluster.plan([cluster.step('Create')])]);
    await cluster.takeover();
    expect(list).toHaveBeenCalled();
    expect((await cluster.journal.get(ref))?.recoveries).toBe(1);
    expect(lines(cluster)).toEqual([
      'The undos that unfinished sagas of PlaceOrder owe could not be looked up',
    ]);
  });

  it('delays no recovery where the journal is slow to list', async () => {
    const { cluster } = await crashedBeforeDeploy();
    jest.spyOn(cluster.journal, 'list').mockReturnValue(new Promise(() => undefined));
    await cluster.process([cluster.plan([cluster.step('Create')])]);
    await cluster.takeover();
    expect((await cluster.journal.get(ref))?.recoveries).toBe(1);
  });

  it('reads page by page', async () => {
    const cluster = new Cluster();
    const old = cluster.plan([
      cluster.step('Create'),
      cluster.step('Charge', { does: [neverAnswers] }),
    ]);
    const anna = await cluster.process([old]);
    for (let n = 0; n < 120; n += 1) await cluster.begun(anna, old, { id: `o-${n}` });
    await cluster.process([cluster.plan([cluster.step('Charge')])], { worker: false });
    expect(lines(cluster)[0]).toMatch(
      /'Create' by 'o-119', 'o-118', 'o-117', 'o-116', 'o-115' and 115 more/,
    );
    expect(await rejectionOf(anna.engine.resume({ ...ref, id: 'o-999' }))).toBeDefined();
  });
});

describe('clock skew between hosts (semantics 27a)', () => {
  it.each([
    [-60_000, 60_000],
    [60_000, -60_000],
  ])('changes nothing: %d ms and %d ms', async (annas, berts) => {
    const run = async (skews: readonly [number, number]) => {
      const cluster = new Cluster();
      const steps = [
        cluster.step('Reserve'),
        cluster.step('Charge', { does: [neverAnswers, answers()] }),
        cluster.step('Ship', { does: [declines()], undoes: [answers()] }),
      ];
      const plan = cluster.plan(steps);
      const anna = await cluster.process([plan], {}, skews[0]);
      await cluster.begun(anna, plan);
      const bert = await cluster.process([plan], {}, skews[1]);
      await cluster.clock.advance(60_000);
      const early = await cluster.stored();
      anna.crash();
      await cluster.takeover();
      const times = cluster.calls.map(({ what, at }) => `${what} at ${at}`);
      return { early, times, end: (await bert.get())?.status, stored: await cluster.stored() };
    };
    expect(await run([annas, berts])).toEqual(await run([0, 0]));
  });
});
