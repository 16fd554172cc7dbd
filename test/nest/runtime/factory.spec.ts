import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  NOTHING_TO_UNDO,
  ResultFactory,
  Saga,
  SagaDefinitionError,
  SagaExecutionException,
  SagaModule,
  SagaNotFoundError,
  SagaOperations,
  SagaOrchestratorBuilder,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaCompensationContext,
} from 'nestjs-saga-orchestrator';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { join } from 'node:path';
import { removeTempFolders, tempFolder } from '../../journals/temp-folder.js';
import { boot } from '../boot.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { ORDERS, Payments, PlaceOrderSaga, Stock, tea, yacht } from '../orders.js';

interface Transfer {
  readonly amount: number;
}

afterAll(removeTempFolders);

describe('factory.for()', () => {
  it('makes the chain of a decorated class: run it, then ask it', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    const saga = sagas.for(PlaceOrderSaga, tea(3), { id: 'o-1' });
    expect(saga.getContext()).toMatchObject({ isSuccess: false, context: tea(3) });
    const view = await saga.runAsync();
    expect(view).toMatchObject({ isSuccess: true, sagaId: 'o-1', sagaName: 'PlaceOrder' });
    expect(saga.getContext().isSuccess).toBe(true);
    expect(saga.getStepResult('charge')).toEqual({ tx: 'tx-o-1' });
    expect(saga.getStepResult<{ reserved: number }>('ReserveStock')).toEqual({ reserved: 3 });
    // By the name of its method, too, which has the type.
    expect(saga.getStepResult('reserveStock')?.reserved).toBe(3);
    expect(view.getStepResult('reserveStock')?.reserved).toBe(3);
  });

  it('undoes in reverse order what was done when a step fails', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    const error: unknown = await sagas
      .for(PlaceOrderSaga, yacht)
      .runAsync()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SagaExecutionException);
    expect(error).toMatchObject({ failedLabel: 'charge', compensated: ['ReserveStock'] });
    expect(app.get(Stock).left).toBe(5);
    expect(app.get(Payments).charged.size).toBe(0);
  });

  it('makes chains that share nothing', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    const chains = [1, 2].map((quantity) => sagas.for(PlaceOrderSaga, tea(quantity)));
    await Promise.all(chains.map((chain) => chain.runAsync()));
    expect(chains.map((chain) => chain.getStepResult('ReserveStock'))).toEqual([
      { reserved: 1 },
      { reserved: 2 },
    ]);
  });

  it('refuses a class that is no saga of the application, and says what to do', async () => {
    const { sagas } = await boot();
    class Undecorated {}
    const start = () => sagas.for(Undecorated, {});
    expect(start).toThrow(SagaNotFoundError);
    expect(start).toThrow(/Undecorated .*@Saga\(\).*providers/);
  });

  it.each(['PlaceOrder', undefined, { name: 'PlaceOrder' }])(
    'takes a class, and not %p',
    async (no) => {
      const { sagas } = await boot({ providers: ORDERS });
      expect(() => sagas.for(no as never, tea())).toThrow(
        /^for\(\) takes the class of a saga \(got /,
      );
    },
  );

  it('says that a class is decorated, but not provided', async () => {
    const { sagas } = await boot();
    expect(() => sagas.for(PlaceOrderSaga, tea())).toThrow(
      /^PlaceOrderSaga is not a saga of this application: add it to the providers of a module$/,
    );
  });

  it('says that the application was not initialised', async () => {
    const testing = await Test.createTestingModule({
      imports: [SagaModule.forRoot({ logger: silentLogger })],
      providers: ORDERS,
    }).compile();
    const start = () => testing.get(SagaOrchestratorFactory).for(PlaceOrderSaga, tea());
    expect(start).toThrow(SagaNotFoundError);
    expect(start).toThrow(/PlaceOrderSaga is not known yet.*app\.init\(\).*onApplicationBootstrap/);
    await testing.init();
    expect((await start().runAsync()).isSuccess).toBe(true);
    await testing.close();
  });

  it('says that something else is provided in the place of the class', async () => {
    const override = async (place: object) => {
      const { sagas } = await boot({ providers: [{ provide: PlaceOrderSaga, useValue: place }] });
      return sagas.for(PlaceOrderSaga, tea());
    };
    await expect(override({ charge: () => undefined })).rejects.toThrow(
      /PlaceOrderSaga is not a saga.*in its place is no instance.*PlaceOrderSaga\.prototype/,
    );
    const instance: object = Object.create(PlaceOrderSaga.prototype) as object;
    await expect(override(instance)).resolves.toBeDefined();
  });

  it('takes no further steps', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    const saga = sagas.for(PlaceOrderSaga, tea());
    expect(() => saga.step({ label: 'Gift', action: () => 1 })).toThrow(/defined already/);
  });
});

describe('start()', () => {
  it('returns a handle when the start is durable; the end comes later', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    let answer: (tx: { tx: string }) => void = () => undefined;
    jest
      .spyOn(app.get(PlaceOrderSaga), 'charge')
      .mockImplementation(() => new Promise((resolve) => (answer = resolve)) as never);
    const saga = sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' });
    const handle = await saga.start();
    expect(handle.id).toBe('o-1');
    const operations = app.get(SagaOperations);
    expect(await operations.get('PlaceOrder', 'o-1')).toMatchObject({ status: 'running' });
    await new Promise(setImmediate);
    answer({ tx: 'late' });
    const view = await handle.result();
    expect(view.getStepResult('charge')).toEqual({ tx: 'late' });
    expect(await operations.get('PlaceOrder', 'o-1')).toMatchObject({ status: 'completed' });
  });

  it('tells a failure by the handle; nobody has to ask for it', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    const handle = await sagas.for(PlaceOrderSaga, yacht).start();
    await new Promise(setImmediate);
    await expect(handle.result()).rejects.toBeInstanceOf(SagaExecutionException);
  });
});

describe('factory.create()', () => {
  it('makes an empty chain with the logger filled in, kept in the journal', async () => {
    const { app, sagas } = await boot();
    const saga = sagas
      .create<Transfer>('Transfer', { amount: 5 }, { id: 't-1', key: 'alice' })
      .step({ label: 'Debit', action: ({ context }) => ResultFactory.success(-context.amount) })
      .step({ label: 'Credit', action: ({ context }) => context.amount });
    await saga.runAsync();
    expect(saga.getStepResult('Debit')).toBe(-5);
    expect(await app.get(SagaOperations).get('Transfer', 't-1')).toMatchObject({
      status: 'completed',
      key: 'alice',
    });
  });

  it('does not make the chain known: nobody could resume it', async () => {
    const { app, sagas } = await boot();
    await sagas
      .create('Transfer', {})
      .step({ label: 'Debit', action: () => 1 })
      .runAsync();
    expect(app.get(SagaOperations).definitions).toEqual([]);
  });
});

describe('factory.define()', () => {
  it('registers a hand-built chain and makes runs of it', async () => {
    const { app, sagas } = await boot();
    const undone: unknown[] = [];
    const transfer = sagas.define<Transfer, { Debit: number }>('Transfer', (chain) =>
      chain
        .step({
          label: 'Debit',
          action: ({ context }) => -context.amount,
          compensate: ({ result }) => void undone.push(result),
        })
        .step({
          label: 'Credit',
          action: ({ context }) => {
            if (context.amount > 100) throw new Error('over the limit');
          },
        }),
    );
    const small = transfer({ amount: 5 }, { id: 't-1' });
    await small.runAsync();
    expect(small.getStepResult('Debit')).toBe(-5);
    await expect(transfer({ amount: 500 }).runAsync()).rejects.toThrow(/over the limit/);
    expect(undone).toEqual([-500]);
    const { definitions } = app.get(SagaOperations);
    expect(definitions.map(({ name }) => name)).toEqual(['Transfer']);
    expect(app.get(SagaOperations).definition('Transfer').toMermaid()).toMatch(/Debit/);
  });

  it('warns of steps that nothing undoes, as of those of a class (semantics 12)', async () => {
    const logger = new RecordingLogger();
    const { sagas } = await boot({}, { logger });
    sagas.define('Ship', (chain) => chain.step({ label: 'Pack', action: () => 1 }));
    expect(logger.messages('warn')).toEqual([
      expect.stringMatching(/Saga Ship has no compensation for 'Pack'/),
    ]);
  });

  it('refuses a chain that cannot be right, and a name that is taken', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    expect(() => sagas.define('Empty', (chain) => chain)).toThrow(SagaDefinitionError);
    const taken = () =>
      sagas.define('PlaceOrder', (chain) => chain.step({ label: 'Other', action: () => 1 }));
    expect(taken).toThrow(SagaDefinitionError);
    expect(taken).toThrow(/version/);
  });

  describe('a name that is taken', () => {
    const step = { label: 'Debit', action: () => 'first' };
    const build = (chain: SagaOrchestratorBuilder<unknown>) => chain.step(step);

    it.each<[string, (sagas: SagaOrchestratorFactory) => unknown]>([
      [
        'by a chain with equal labels',
        (sagas) =>
          sagas.define('Transfer', (chain) => chain.step({ ...step, action: () => 'second' })),
      ],
      ['by the very same function', (sagas) => sagas.define('Transfer', build)],
      [
        'by a chain with other labels',
        (sagas) => sagas.define('Transfer', (chain) => chain.step({ ...step, label: 'Credit' })),
      ],
    ])('is refused %s, and the first one stays', async (_, again) => {
      const { app, sagas } = await boot();
      const transfer = sagas.define('Transfer', build);
      const { message } = catching(() => again(sagas));
      expect(message).toMatch(/'Transfer'.*\n.*version 1 is registered already.*share what define/);
      expect(app.get(SagaOperations).definitions).toHaveLength(1);
      const saga = transfer({});
      await saga.runAsync();
      expect(saga.getStepResult('Debit')).toBe('first');
    });

    it('may have several versions side by side', async () => {
      const { app, sagas } = await boot();
      sagas.define('Transfer', build);
      sagas.define('Transfer', build, { version: 2 });
      const { definitions } = app.get(SagaOperations);
      expect(definitions.map(({ version }) => version)).toEqual([1, 2]);
    });

    it.each(['before the classes are found', 'after'])(
      'is refused beside a decorated class with the same steps, %s',
      async (when) => {
        @Saga('Shipping')
        class Shipping {
          @SagaStep()
          ship() {
            return 1;
          }
        }
        @Injectable()
        class Early {
          constructor(sagas: SagaOrchestratorFactory) {
            if (when !== 'after') defineShipping(sagas);
          }
        }
        const defineShipping = (sagas: SagaOrchestratorFactory) =>
          sagas.define('Shipping', (chain) => chain.step({ label: 'ship', action: () => 2 }));
        const booted = boot({ providers: [Shipping, Early] });
        const twice = booted.then(({ sagas }) => defineShipping(sagas));
        await expect(twice).rejects.toThrow(/version 1 is registered already, with the same steps/);
      },
    );
  });

  it('keeps a retired step: an unfinished saga of the version before is undone by its label', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const undone: unknown[] = [];
    const reserve = {
      label: 'Reserve',
      compensate: ({ result }: ISagaCompensationContext<unknown, { seat: string }>) =>
        void undone.push(result),
    };
    const pay = { label: 'Pay', compensate: NOTHING_TO_UNDO } as const;
    const start = (build: (chain: SagaOrchestratorBuilder<unknown>) => typeof chain) => {
      const logger = new RecordingLogger('warn');
      @Injectable()
      class Booking {
        readonly book;
        constructor(sagas: SagaOrchestratorFactory) {
          this.book = sagas.define('Book', build);
        }
      }
      const options = { journal: sqliteJournal({ file }), logger, drainMs: 0, leaseMs: 300 };
      return boot({ providers: [Booking] }, options).then(({ app }) => {
        return { app, logger, booking: app.get(Booking) };
      });
    };
    const before = await start((chain) =>
      chain
        .step({ ...reserve, action: () => ({ seat: '7A' }) })
        .step({ ...pay, action: () => new Promise<void>(() => undefined) }),
    );
    await before.booking.book({}, { id: 'b-1' }).start();
    await before.app.close();

    const { app, logger } = await start((chain) =>
      chain
        .step({
          ...pay,
          action: () => {
            throw new Error('no money');
          },
        })
        .retired(reserve),
    );
    let status: string | undefined;
    for (let turn = 0; turn < 3_000 && status !== 'compensated'; turn += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      status = (await app.get(SagaOperations).get('Book', 'b-1'))?.status;
    }
    expect(status).toBe('compensated');
    expect(undone).toEqual([{ seat: '7A' }]);
    expect(logger.text).not.toMatch(/owe an undo/);
  });
});

function catching(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused');
}
describe('what nobody reads', () => {
  const step = { label: 'Debit', action: () => 1 };

  it('is refused by define(), with all that is wrong with the chain', async () => {
    const { sagas } = await boot();
    const define = (build: unknown, options?: unknown) => () =>
      sagas.define('Transfer', build as never, options as never);
    const chain = (empty: SagaOrchestratorBuilder<unknown>) => empty.step(step);
    expect(define(chain, { foo: 1, version: 0 })).toThrow(
      /unknown option 'foo' of define\(\), which accepts version, onCompensationFailure\n.*version must/,
    );
    expect(define(chain, { id: 't-1' })).toThrow("unknown option 'id' of define()");
    expect(define(chain, null)).toThrow('the options of define() must be an object (got null)');
    expect(define(undefined)).toThrow('define() takes a function that adds the steps (got undef');
    expect(define(() => undefined, { foo: 1 })).toThrow(/'foo'.*\n.*must return its chain/);
    for (const options of [{ foo: 1 }, null, 5]) {
      expect(define(chain, options)).toThrow(SagaDefinitionError);
    }
  });

  it('is refused by each kind of start, before anything runs', async () => {
    const { sagas } = await boot({ providers: ORDERS });
    const transfer = sagas.define('Transfer', (chain) => chain.step(step));
    const starts = (options: never) => [
      async () => sagas.for(PlaceOrderSaga, tea(), options).runAsync(),
      async () => transfer({}, options).runAsync(),
      async () => sagas.create('Other', {}, options).step(step).runAsync(),
    ];
    for (const options of [{ foo: 1 }, null, 'o-1']) {
      for (const start of starts(options as never)) {
        await expect(start()).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });
      }
    }
    // What belongs to the plan, where that is finished.
    const [ofClass, ofDefined] = starts({ version: 2 } as never);
    for (const start of [ofClass, ofDefined]) {
      await expect(start?.()).rejects.toThrow("unknown option 'version' of a start");
    }
  });
});
