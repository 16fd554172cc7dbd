import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, Injectable, Scope } from '@nestjs/common';
import {
  memoryJournal,
  OnSagaEvent,
  SagaOptionsError,
  silentLogger,
  type EngineSettings,
  type SagaEventOf,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { defer, of, throwError } from 'rxjs';
import { RecordingLogger } from '../support/recording-logger.js';
import { boot, bootFailure } from './boot.js';
import { ORDERS, PlaceOrderSaga, tea } from './orders.js';

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

describe('@OnSagaEvent', () => {
  const heard: string[] = [];
  beforeEach(() => heard.splice(0));

  abstract class Base {
    @OnSagaEvent(['completed', 'compensated'])
    onEnd({ type, sagaName }: SagaEventOf<'completed' | 'compensated'>) {
      heard.push(`${this.constructor.name} ${type} ${sagaName}`);
    }
  }
  @Injectable()
  class Notifier extends Base {
    @OnSagaEvent('compensating', PlaceOrderSaga)
    onFailure({ label, error }: SagaEventOf<'compensating'>) {
      heard.push(`${label} ${error.code}`);
    }

    @OnSagaEvent('completed', 'PlaceOrder')
    throws() {
      throw new Error('the pager is down');
    }

    @OnSagaEvent('completed', 'PlaceOrder')
    async rejects() {
      await Promise.reject(new Error('the mail is down'));
    }

    @OnSagaEvent('completed', 'PlaceOrder')
    observable() {
      return defer(() => of(heard.push('done by an observable')));
    }

    @OnSagaEvent('completed', 'PlaceOrder')
    async promisedObservable() {
      return throwError(() => new Error('the queue is down'));
    }
  }
  @Controller()
  class Feed {
    @OnSagaEvent('done', 'Other', PlaceOrderSaga)
    onDone({ label }: SagaEventOf<'done'>) {
      heard.push(`done ${label}`);
    }
  }

  it('calls methods of providers and controllers with the events of their sagas, and guards them', async () => {
    const logger = new RecordingLogger();
    const root = { providers: [...ORDERS, Notifier], controllers: [Feed] };
    const { sagas } = await boot(root, { logger });
    await sagas.for(PlaceOrderSaga, tea()).runAsync();
    await expect(
      sagas.for(PlaceOrderSaga, { productId: 'tea', quantity: 99 }).runAsync(),
    ).rejects.toMatchObject({ status: 'compensated' });
    const pay = { label: 'Pay', action: () => 1 };
    await sagas.create('Unheard', {}).step(pay).runAsync();
    const [steps, others] = [
      heard.filter((line) => line.startsWith('done')),
      heard.filter((line) => !line.startsWith('done')),
    ];
    expect(steps[0]).toBe('done ReserveStock');
    expect(steps).toContain('done by an observable');
    expect(steps).not.toContain('done Pay');
    expect(others).toEqual([
      'Notifier completed PlaceOrder',
      'ReserveStock OUT_OF_STOCK',
      'Notifier compensated PlaceOrder',
      'Notifier completed Unheard',
    ]);
    expect(logger.messages('error')).toEqual([
      'Notifier.throws, an @OnSagaEvent method, has failed',
      'Notifier.rejects, an @OnSagaEvent method, has failed',
      'Notifier.promisedObservable, an @OnSagaEvent method, has failed',
    ]);
  });

  it('says all that is wrong when the application starts', async () => {
    @Injectable()
    class Wrong {
      @OnSagaEvent('complete' as never, Object, undefined as never)
      one() {}
      @OnSagaEvent([])
      none() {}
    }
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnSagaEvent('completed')
      onEnd() {}
    }
    const error = await bootFailure({ providers: [Wrong, PerRequest] });
    expect(error).toMatchObject({ code: 'SAGA_DEFINITION' });
    for (const problem of [
      "Wrong.one: no event has the type 'complete'; there are accepted, started,",
      'Wrong.one: Object is not decorated with @Saga()',
      'Wrong.one: a saga must be a class or a name (got undefined',
      'Wrong.none: it names no type of event',
      'PerRequest: it is request-scoped or transient',
    ]) {
      expect(error.message).toContain(problem);
    }
  });

  it('says at once that a static method hears nothing', () => {
    expect(() => {
      class Static {
        @OnSagaEvent('completed')
        static onEnd() {}
      }
      return Static;
    }).toThrow(/@OnSagaEvent on Static\.onEnd.*it is static/s);
  });
});
