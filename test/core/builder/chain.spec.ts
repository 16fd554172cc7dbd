import {
  defineSaga,
  SagaDefinitionError,
  SagaOrchestratorBuilder,
  SagaStateError,
  silentLogger,
} from 'nestjs-saga-orchestrator/core';
import { answers, declines, returns } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { order, rejectionOf, Shop } from '../../support/shop.js';

describe('a chain that cannot be right (semantics 23)', () => {
  it('refuses to run without a step', async () => {
    const shop = new Shop();
    const error = await rejectionOf(shop.saga().runAsync());
    expect(error).toBeInstanceOf(SagaDefinitionError);
    expect(error.problems).toEqual(['a saga needs at least one step']);
  });

  it('refuses a label that is used twice, before anything runs', async () => {
    const shop = new Shop();
    const build = async () =>
      shop.saga().step(shop.step('Charge')).step(shop.step('Charge')).runAsync();
    expect(await rejectionOf(build())).toMatchObject({
      code: 'SAGA_DEFINITION',
      problems: ["label 'Charge' is used twice; labels must be unique in a saga"],
    });
    expect(shop.log).toEqual([]);
  });

  it('tells everything that is wrong with a step at once', () => {
    const bad = { label: '', action: undefined, compensate: undefined, retry: -1, timeout: 0 };
    const step = () => new Shop().saga().step(bad as never);
    expect(step).toThrow(SagaDefinitionError);
    expect(step).toThrow(
      /compensate must be a function(.|\n)*retry(.|\n)*timeout(.|\n)*label(.|\n)*action/,
    );
  });

  it.each([undefined, null, 'Charge', 42])('refuses %p as a step', (step) => {
    expect(() => new Shop().saga().step(step as never)).toThrow(/step 1 must be an object/);
  });

  it.each([
    ['', /non-empty/],
    [undefined, /non-empty/],
    ['é'.repeat(128), /at most 255 bytes \(got 256\)/],
  ])('refuses the saga name %p', async (name, message) => {
    const saga = new SagaOrchestratorBuilder(name as string, {}, silentLogger);
    const error = await rejectionOf(saga.step({ label: 'Charge', action: () => 1 }).runAsync());
    expect(error).toBeInstanceOf(SagaDefinitionError);
    expect(error.message).toMatch(message);
  });

  it('takes names and labels of 255 bytes, and no more', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('x'.repeat(255)));
    await shop.run(saga);
    expect(saga.getContext().isSuccess).toBe(true);
    expect(() => shop.saga().step(shop.step('x'.repeat(256)))).toThrow(/255 bytes \(got 256\)/);
    expect(() => shop.saga().step(shop.step('x'.repeat(1_000_000)))).toThrow(/got 1000000/);
  });

  it('takes no more steps once it runs or was built', async () => {
    const shop = new Shop();
    const built = shop.saga().step(shop.step('Charge'));
    built.build();
    expect(() => built.step(shop.step('Ship'))).toThrow(SagaStateError);
    const ran = shop.saga().step(shop.step('Charge'));
    await shop.run(ran);
    expect(() => ran.step(shop.step('Ship'))).toThrow(SagaStateError);
  });
});

describe('a chain and its runs (semantics 15, 22, 23)', () => {
  it('is refused when it is run twice at once; the first run goes on', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge')).step(shop.step('Ship'));
    const first = saga.runAsync();
    expect(await rejectionOf(saga.runAsync())).toBeInstanceOf(SagaStateError);
    expect(await rejectionOf(saga.runAsync('Ship'))).toBeInstanceOf(SagaStateError);
    await shop.clock.until(first);
    expect(shop.log).toEqual(['Charge', 'Ship']);
  });

  it('yields its recorded end when it is run again after it completed', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [returns('tx-1')] }));
    const first = await shop.run(saga);
    expect(await shop.run(saga)).toBe(first);
    expect(await shop.run(saga, 'Charge')).toBe(first);
    expect(await rejectionOf(saga.runAsync('Chrage'))).toBeInstanceOf(SagaStateError);
    expect(shop.log).toEqual(['Charge']);
  });

  it('refuses to run again after it was undone', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [declines(), answers()] }));
    await shop.failure(saga);
    expect(await rejectionOf(saga.runAsync())).toBeInstanceOf(SagaStateError);
    expect(shop.log).toEqual(['Charge']);
  });

  it('shares nothing with another chain made of the same step objects', async () => {
    const shop = new Shop();
    const steps = [
      shop.step('Reserve', { does: [({ sagaId }) => sagaId] }),
      shop.step('Charge', { does: [answers(), declines()] }),
    ];
    const chain = () => steps.reduce((saga, step) => saga.step(step), shop.saga());
    const [first, second] = [chain(), chain()];
    await shop.run(first);
    await shop.failure(second);
    expect(first.getStepResult('Reserve')).toBe('saga-1');
    expect(second.getStepResult('Reserve')).toBe('saga-2');
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Reserve', 'Charge', 'undo Reserve']);
  });

  it('shares nothing with another run of the same definition', async () => {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [({ sagaId }) => sagaId, declines()] });
    const definition = shop.saga().step(shop.step('Reserve')).step(charge).build();
    const [first, second] = [shop.saga({ definition }), shop.saga({ definition })];
    await shop.run(first);
    await shop.failure(second);
    expect(first.getContext().isSuccess).toBe(true);
    expect(second.getStepResult('Charge')).toBeUndefined();
    expect(() => second.step(shop.step('Ship'))).toThrow(SagaStateError);
  });

  it('works on the object that it was given, in every step and undo', async () => {
    const shop = new Shop();
    const context = order();
    const saga = shop
      .saga({}, context)
      .step(
        shop.step('Reserve', {
          does: [
            (ctx) => {
              (ctx.context as { orderId?: string }).orderId = 'order-1';
            },
          ],
        }),
      )
      .step(shop.step('Charge', { does: [declines()] }));
    expect(saga.getContext().context).toBe(context);
    await shop.failure(saga);
    expect(shop.calls.every(({ ctx }) => ctx.context === context)).toBe(true);
    expect(context.orderId).toBe('order-1');
    expect(saga.getContext().context).toBe(context);
  });

  it('shows its state before, while and after it runs, in one view', async () => {
    const shop = new Shop();
    let answer: (value: string) => void = () => undefined;
    const waits = () => new Promise((resolve) => (answer = resolve));
    const saga = shop.saga({ id: 'order-77' }).step(shop.step('Charge', { does: [waits] }));
    const view = saga.getContext();
    expect(view).toMatchObject({ isSuccess: false, sagaId: '', sagaName: 'PlaceOrder' });
    expect(view.getStepResult('Charge')).toBeUndefined();
    const run = saga.runAsync();
    await settle();
    expect(view).toMatchObject({ isSuccess: false, sagaId: 'order-77' });
    answer('tx-1');
    await run;
    expect(view).toMatchObject({ isSuccess: true, sagaId: 'order-77', logger: shop.logger });
    expect(view.getStepResult('Charge')).toBe('tx-1');
    expect(saga.getContext()).toBe(view);
  });

  it('needs no environment: random ids and the real clock are the default', async () => {
    const chain = () =>
      new SagaOrchestratorBuilder('PlaceOrder', order(), silentLogger).step({
        label: 'Charge',
        action: (ctx) => ctx.sagaId,
        retry: { retries: 1, delay: 0 },
        timeout: 10_000,
      });
    const [one, two] = [chain(), chain()];
    await Promise.all([one.runAsync(), two.runAsync()]);
    expect(one.getStepResult('Charge')).toMatch(/^[0-9a-f-]{36}$/);
    expect(one.getStepResult('Charge')).not.toBe(two.getStepResult('Charge'));
  });
});

describe('a retired step of a chain (semantics 27)', () => {
  const undo = () => undefined;

  it('is the one that defineSaga() makes: the plan is the same', () => {
    const step = { label: 'Charge', action: () => 1, compensate: undo };
    const retired = { label: 'Coupon', compensate: undo, compensateOn: 'attempted' } as const;
    const chain = new SagaOrchestratorBuilder('S', {}, silentLogger).retired(retired).step(step);
    const plan = chain.build();
    const same = defineSaga('S', [step], { retired: [retired] });
    expect(plan.fingerprint).toBe(same.fingerprint);
    expect(plan.steps).toEqual(same.steps);
    expect(plan.forward.map(({ label }) => label)).toEqual(['Charge']);
    expect(Object.isFrozen(plan.steps)).toBe(true);
  });

  it('is not run, and not undone in a saga that has not done it', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .retired(shop.step('Coupon') as never)
      .step(shop.step('Charge', { does: [declines()] }));
    await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it.each<[string, (chain: SagaOrchestratorBuilder<object>) => unknown, RegExp]>([
    ['a label of a step', (chain) => chain.retired({ label: 'Charge', compensate: undo }), /twice/],
    [
      'a label of a retired step, for a step',
      (chain) =>
        chain.retired({ label: 'Old', compensate: undo }).step({ label: 'Old', action: undo }),
      /'Old' is used twice/,
    ],
    ['a step without an undo', (chain) => chain.retired({ label: 'Old' } as never), /compensate/],
    [
      'what is no step',
      (chain) => chain.retired('Old' as never),
      /retired step 1 must be an object/,
    ],
  ])('is refused: %s', (_, build, why) => {
    const chain = new SagaOrchestratorBuilder('S', {}, silentLogger);
    chain.step({ label: 'Charge', action: () => 1 });
    expect(() => build(chain)).toThrow(SagaDefinitionError);
    expect(() => build(chain)).toThrow(why);
  });

  it('is refused once the chain is a plan, and alone it is no saga', () => {
    const chain = new SagaOrchestratorBuilder('S', {}, silentLogger);
    chain.retired({ label: 'Old', compensate: undo });
    expect(() => chain.build()).toThrow(/at least one step/);
    chain.step({ label: 'Charge', action: () => 1 }).build();
    expect(() => chain.retired({ label: 'Older', compensate: undo })).toThrow(/defined already/);
  });
});
