import {
  SagaDefinitionError,
  SagaExecutionException,
  SagaStateError,
  type ISagaRunContext,
  type SagaHost,
} from 'nestjs-saga-orchestrator/core';
import { declines, returns } from '../../support/behaviours.js';
import { settle } from '../../support/manual-clock.js';
import { order, rejectionOf, Shop } from '../../support/shop.js';

describe('start()', () => {
  it('returns a handle at once; its result is the end of the saga', async () => {
    const shop = new Shop();
    let answer: (value: string) => void = () => undefined;
    const waits = () => new Promise((resolve) => (answer = resolve));
    const saga = shop.saga({ id: 'order-77' }).step(shop.step('Charge', { does: [waits] }));
    const handle = await saga.start();
    expect(handle.id).toBe('order-77');
    expect(saga.getContext().isSuccess).toBe(false);
    await settle();
    answer('tx-1');
    const view = await handle.result();
    expect(view.isSuccess).toBe(true);
    expect(view.getStepResult('Charge')).toBe('tx-1');
    expect(await handle.result()).toBe(view);
  });

  it('tells a failure by the handle alone; nobody has to ask for it', async () => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [declines()] }));
    const handle = await saga.start();
    await settle();
    await expect(handle.result()).rejects.toBeInstanceOf(SagaExecutionException);
    await expect(handle.result()).rejects.toMatchObject({ failedLabel: 'Charge' });
  });

  it('throws what is wrong with the plan before anything runs', async () => {
    await expect(new Shop().saga().start()).rejects.toBeInstanceOf(SagaDefinitionError);
  });
});

describe('a chain on a host', () => {
  const ended = (value: unknown): ISagaRunContext<unknown> =>
    ({ context: 'stored', isSuccess: true, sagaId: 's-1', getStepResult: () => value }) as never;

  function hostOf(result: () => Promise<ISagaRunContext<unknown>>) {
    const started: unknown[][] = [];
    const host: SagaHost = {
      async start(...args) {
        started.push(args);
        return { id: 's-1', result };
      },
    };
    return { host, started };
  }

  it('hands its frozen plan, data and options over, and shows what the host yields', async () => {
    const shop = new Shop();
    const { host, started } = hostOf(async () => ended('tx-1'));
    const saga = shop.saga({ host, id: 's-1', key: 'user-1' }).step(shop.step('Charge'));
    await saga.runAsync();
    const [definition, context, options] = started[0] ?? [];
    expect(definition).toBe(saga.build());
    expect(Object.isFrozen(definition)).toBe(true);
    expect(context).toEqual(order());
    expect(options).toMatchObject({ id: 's-1', key: 'user-1' });
    expect(options).not.toHaveProperty('resumeFrom');
    expect(saga.getContext()).toMatchObject({ isSuccess: true, context: 'stored' });
    expect(saga.getStepResult('Charge')).toBe('tx-1');
    expect(shop.log).toEqual([]);
  });

  it('hands a resume label over', async () => {
    const shop = new Shop();
    const { host, started } = hostOf(async () => ended(undefined));
    await shop.saga({ host }).step(shop.step('Charge')).runAsync('Charge');
    expect(started[0]?.[2]).toMatchObject({ resumeFrom: 'Charge' });
  });

  it('passes the failure of the host on, by runAsync() and by the handle', async () => {
    const shop = new Shop();
    const failure = new Error('interrupted');
    const { host } = hostOf(() => Promise.reject(failure));
    const saga = shop.saga({ host }).step(shop.step('Charge', { does: [returns(1)] }));
    expect(await rejectionOf(saga.runAsync())).toBe(failure);
    const handle = await saga.start();
    await settle();
    expect(await rejectionOf(handle.result())).toBe(failure);
  });

  it('is not cancelled by its builder', () => {
    const { host } = hostOf(async () => ended(1));
    expect(() => new Shop().saga({ host }).cancel()).toThrow(SagaStateError);
  });
});
