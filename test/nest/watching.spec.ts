import { AsyncLocalStorage } from 'node:async_hooks';
import {
  memoryJournal,
  SagaOptionsError,
  silentLogger,
  type EngineSettings,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { boot } from './boot.js';

const another = {
  description: 'another engine',
  create: (settings: EngineSettings) =>
    new InProcessEngine({ ...settings, journal: memoryJournal() }),
};

describe.each<[string, Partial<SagaModuleOptions>]>([
  ['on a journal', { journal: memoryJournal() }],
  ['on an engine', { engine: another }],
])('forRoot({ observers, interceptors }) %s', (_, host) => {
  const start = (more: Partial<SagaModuleOptions>) =>
    boot({}, { logger: silentLogger, ...host, ...more });

  it('reach the chains of create()', async () => {
    const said: string[] = [];
    const { sagas } = await start({
      observers: [{ onRecord: (run, { type }) => void said.push(`${type} of ${run.sagaName}`) }],
      interceptors: [
        {
          around: ({ kind, label }, next) => {
            said.push(`${kind} ${label}`);
            return next();
          },
        },
      ],
    });
    await sagas
      .create('Order', {})
      .step({ label: 'Pay', action: () => 1 })
      .runAsync();
    const expected = ['started of Order', 'action Pay', 'done of Order', 'completed of Order'];
    expect(said).toEqual(expected);
  });

  it('and startHeaders is asked in the context of who starts', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { sagas } = await start({
      startHeaders: () => ({ traceparent: caller.getStore() ?? 'none' }),
      observers: [{ onRecord: ({ headers }) => void seen.push(headers) }],
    });
    const chain = sagas.create('Order', {}).step({ label: 'Pay', action: () => 1 });
    await caller.run('00-1-2-01', () => chain.runAsync());
    expect(seen).toContainEqual({ traceparent: '00-1-2-01' });
  });

  it('an observer that throws harms nothing', async () => {
    const onRecord = () => {
      throw new Error('broken');
    };
    const { sagas } = await start({ observers: [{ onRecord }] });
    const run = sagas.create('Order', {}).step({ label: 'Pay', action: () => 1 });
    await expect(run.runAsync()).resolves.toMatchObject({ isSuccess: true });
  });

  it.each<[Partial<SagaModuleOptions>, string]>([
    [{ observers: {} as never }, 'observers must be a list of objects with onRecord'],
    [{ observers: [{}] as never }, 'observers must be a list of objects with onRecord'],
    [{ interceptors: (() => 1) as never }, 'interceptors must be a list of objects with around'],
    [{ startHeaders: {} as never }, 'startHeaders must be a function that answers headers'],
    [{ interceptors: [{}] as never }, 'interceptors must be a list of objects with around'],
  ])('are checked: %o', async (options, text) => {
    const booted = start(options);
    await expect(booted).rejects.toThrow(SagaOptionsError);
    await expect(booted).rejects.toThrow(text);
  });
});
