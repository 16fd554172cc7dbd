import assert from 'node:assert';
import { Inject, Injectable, Logger, Module, type ModuleMetadata } from '@nestjs/common';
import {
  jsonCodec,
  memoryJournal,
  Saga,
  SagaEvents,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type EngineSettings,
  type ISagaContext,
  type SagaModuleOptions,
  type SagaOptionsFactory,
} from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { RecordingLogger } from '../support/recording-logger.js';
import { boot, bootFailure, bootModule } from './boot.js';
import { ORDERS, PlaceOrderSaga, tea } from './orders.js';

describe('SagaModule.forRoot()', () => {
  it('works without options', async () => {
    @Module({ imports: [SagaModule.forRoot()], providers: ORDERS })
    class AppModule {}
    const { sagas } = await bootModule(AppModule);
    const saga = sagas.for(PlaceOrderSaga, tea());
    await saga.runAsync();
    expect(saga.getContext().isSuccess).toBe(true);
  });

  it('is global: other modules inject what it provides without importing it', async () => {
    @Injectable()
    class Checkout {
      constructor(
        readonly sagas: SagaOrchestratorFactory,
        readonly operations: SagaOperations,
        readonly events: SagaEvents,
      ) {}
    }
    @Module({ providers: [Checkout] })
    class CheckoutModule {}
    const { app, sagas } = await boot({ imports: [CheckoutModule] });
    const checkout = app.get(Checkout, { strict: false });
    expect(checkout.sagas).toBe(sagas);
    expect(checkout.operations).toBe(app.get(SagaOperations));
    expect(checkout.events).toBe(app.get(SagaEvents));
  });

  it('keeps sagas in the journal it is given', async () => {
    const journal = memoryJournal();
    const { sagas } = await boot({ providers: ORDERS }, { journal, logger: silentLogger });
    await sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    expect(await journal.get({ name: 'PlaceOrder', id: 'o-1' })).toMatchObject({
      status: 'completed',
    });
  });

  it('runs sagas on the engine it is given, with its logger, codec and events', async () => {
    const journal = memoryJournal();
    const given: EngineSettings[] = [];
    const engine = {
      description: 'an engine of the test',
      create: (settings: EngineSettings) => {
        given.push(settings);
        return new InProcessEngine({ ...settings, journal });
      },
    };
    const options = { engine, logger: silentLogger, codec: jsonCodec, limits: {}, drainMs: 5 };
    const { app, sagas } = await boot({ providers: ORDERS }, options);
    const seen: string[] = [];
    app.get(SagaEvents).events$.subscribe(({ type }) => seen.push(type));
    await sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    expect(await journal.get({ name: 'PlaceOrder', id: 'o-1' })).toBeDefined();
    expect(seen).toContain('completed');
    expect(given).toEqual([
      {
        logger: silentLogger,
        codec: jsonCodec,
        limits: {},
        drainMs: 5,
        observers: [app.get(SagaEvents)],
      },
    ]);
  });

  it('refuses an engine together with what belongs to a journal', async () => {
    const engine = { description: 'Restate at nowhere', create: (): never => assert.fail('made') };
    const options = { engine, journal: memoryJournal(), leaseMs: 1_000, worker: false };
    const error = await bootFailure({}, { logger: silentLogger, ...options });
    expect(error.message).toMatch(/Restate at nowhere.* goes without journal, leaseMs, worker:/);
  });

  it.each<[SagaModuleOptions, RegExp]>([
    [{ drainMs: -1 }, /drainMs .*-1/],
    [{ drainMs: NaN }, /drainMs .*NaN/],
    [{ leaseMs: 5 }, /leaseMs .*5/],
    [{ application: 'x'.repeat(256) }, /application must have at most 255 bytes/],
    [
      { worker: { pollMs: NaN }, limits: { maxBytes: 0 } },
      /limits\.maxBytes .*0.*; worker\.pollMs .*NaN/,
    ],
    [{ logger: new Logger() as never }, /logger .*nestLogger\(\).* \(got an object without info\)/],
    [{ logger: null as never }, /logger .*\(got null\)/],
    [{ journal: memoryJournal as never }, /journal .*\(got the function memoryJournal; call it\)/],
    [{ journal: null as never }, /journal must be a journal.*memoryJournal\(\).*\(got null\)/],
    [{ engine: {} as never }, /engine .*restateEngine\(\).*\(got an object without create\)/],
    [
      { httpStatus: { DECLINED: 200, SOLD_OUT: 'gone' as never }, drainMs: -1 },
      /httpStatus\.DECLINED .*400 to 599 \(got 200\); httpStatus\.SOLD_OUT .*'gone'.*; drainMs/,
    ],
    [{ httpStatus: null as never }, /httpStatus must be an object \(got null\)/],
    [{ engine: null as never, drainMs: -1 }, /engine .*\(got null\); drainMs .*-1/],
  ])('names an option that cannot be right, and its value: %p', async (options, message) => {
    const error = await bootFailure({}, { logger: silentLogger, ...options });
    expect(error).toMatchObject({ code: 'SAGA_OPTIONS' });
    expect(error.message).toMatch(message);
  });

  it('takes undefined for the default', async () => {
    const options = { journal: undefined, engine: undefined, worker: undefined, codec: undefined };
    const { sagas } = await boot({ providers: ORDERS }, {
      ...{ ...options, limits: { maxBytes: undefined }, leaseMs: undefined, drainMs: undefined },
      logger: silentLogger,
    } as never);
    expect((await sagas.for(PlaceOrderSaga, tea()).runAsync()).isSuccess).toBe(true);
  });

  it.each([null, 'sqlite'])('takes no options that are no object: %p', (options) => {
    expect(() => SagaModule.forRoot(options as never)).toThrow(/forRoot\(\) .*must be an object/);
  });
});

describe('SagaModule.forRoot() in several modules', () => {
  const logger = silentLogger;
  const root = () => SagaModule.forRoot({ logger, journal: memoryJournal() });
  @Module({ imports: [SagaModule.forRoot({ logger })] })
  class FeatureModule {}

  it.each<[string, () => ModuleMetadata]>([
    ['first', () => ({ imports: [FeatureModule, root()] })],
    ['last', () => ({ imports: [root(), FeatureModule] })],
    [
      'by a factory',
      () => ({ imports: [root(), SagaModule.forRootAsync({ useFactory: () => ({ logger }) })] }),
    ],
  ])('is refused, in any order: the feature %s', async (_, metadata) => {
    @Module(metadata())
    class AppModule {}
    await expect(bootModule(AppModule)).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message:
        'SagaModule is configured twice; call forRoot() once, in the root module, and import ' +
        'nothing elsewhere: it is global',
    });
  });

  it('is one module when the same one is imported again', async () => {
    const shared = root();
    @Module({ imports: [shared] })
    class OtherModule {}
    @Module({ imports: [OtherModule, shared], providers: ORDERS })
    class AppModule {}
    const { sagas } = await bootModule(AppModule);
    expect((await sagas.for(PlaceOrderSaga, tea()).runAsync()).isSuccess).toBe(true);
  });

  it('does not count other applications of the process', async () => {
    const [one, other] = [await boot({ providers: ORDERS }), await boot({ providers: ORDERS })];
    for (const { sagas } of [one, other]) await sagas.for(PlaceOrderSaga, tea()).runAsync();
    expect(one.app.get(SagaOperations)).not.toBe(other.app.get(SagaOperations));
  });
});

describe('SagaModule.forRootAsync()', () => {
  it('makes its options from providers of the modules that it imports', async () => {
    @Injectable()
    class Settings {
      readonly limits = { maxBytes: 60 };
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    @Module({
      imports: [
        SagaModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ limits }: Settings) => ({ limits, logger: silentLogger }),
        }),
      ],
      providers: ORDERS,
    })
    class AppModule {}
    const { sagas } = await bootModule(AppModule);
    await sagas.for(PlaceOrderSaga, tea()).runAsync();
    const large = { productId: 'tea'.repeat(20), quantity: 1 };
    await expect(sagas.for(PlaceOrderSaga, large).runAsync()).rejects.toMatchObject({
      code: 'SAGA_SERIALIZATION',
    });
  });

  it('makes its options with a class, or with one that is there', async () => {
    @Injectable()
    class Settings {
      readonly limits = { maxBytes: 60 };
    }
    @Injectable()
    class MakesSagas implements SagaOptionsFactory {
      constructor(@Inject(Settings) private readonly settings: Settings) {}
      async createSagaOptions() {
        return { limits: this.settings.limits, logger: silentLogger };
      }
    }
    @Module({ providers: [Settings, MakesSagas], exports: [Settings, MakesSagas] })
    class SettingsModule {}
    const large = { productId: 'tea'.repeat(20), quantity: 1 };
    for (const how of [{ useClass: MakesSagas }, { useExisting: MakesSagas }]) {
      @Module({
        imports: [SagaModule.forRootAsync({ imports: [SettingsModule], ...how })],
        providers: ORDERS,
      })
      class AppModule {}
      const { sagas } = await bootModule(AppModule);
      await sagas.for(PlaceOrderSaga, tea()).runAsync();
      await expect(sagas.for(PlaceOrderSaga, large).runAsync()).rejects.toMatchObject({
        code: 'SAGA_SERIALIZATION',
      });
    }
    @Module({
      imports: [SagaModule.forRootAsync({ imports: [SettingsModule], useExisting: Settings })],
    })
    class WrongModule {}
    await expect(bootModule(WrongModule)).rejects.toThrow(
      /What makes the options of forRootAsync\(\) must be one with the method createSagaOptions/,
    );
  });

  it('names a factory that is missing, or gives no options', async () => {
    expect(() => SagaModule.forRootAsync({})).toThrow(
      /\{ useFactory \}, \{ useClass \}, \{ useExisting \} \(got none\)/,
    );
    @Module({ imports: [SagaModule.forRootAsync({ useFactory: () => undefined as never })] })
    class AppModule {}
    await expect(bootModule(AppModule)).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringMatching(/useFactory .*must be an object.*got undefined/) as string,
    });
  });

  it('is asked for where the module is imported as it is', async () => {
    @Module({ imports: [SagaModule], providers: ORDERS })
    class AppModule {}
    await expect(bootModule(AppModule)).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
      message: expect.stringMatching(/import SagaModule\.forRoot\(\) in the root/) as string,
    });
  });

  it('names options that nobody reads', async () => {
    const misspelt = { jurnal: 'memory', leaseMS: 5_000 };
    const wrong =
      /unknown option 'jurnal' of SagaModule \(did you mean 'journal'\?\), which accepts .*; unknown option 'leaseMS' .*'leaseMs'/;
    expect(() => SagaModule.forRoot(misspelt as object)).toThrow(wrong);
    @Module({ imports: [SagaModule.forRootAsync({ useFactory: () => misspelt as object })] })
    class AppModule {}
    await expect(bootModule(AppModule)).rejects.toThrow(wrong);
  });

  it('names options that nobody reads together with those that cannot be right', async () => {
    const wrong = { jurnal: 'memory', drainMs: -1, limits: null, logger: 'log' };
    const all =
      /'jurnal' of SagaModule .*; logger must be .*; limits must be .*null.*; drainMs must be .*-1/;
    expect(() => SagaModule.forRoot(wrong as never)).toThrow(all);
    const engine = { ...wrong, engine: {}, leaseMs: 5 };
    expect(() => SagaModule.forRoot(engine as never)).toThrow(
      /'jurnal' .*; engine must be .*; drai/,
    );
    @Module({ imports: [SagaModule.forRootAsync({ useFactory: () => wrong as never })] })
    class AppModule {}
    await expect(bootModule(AppModule)).rejects.toThrow(all);
  });

  it.each<[unknown, RegExp]>([
    [undefined, /What forRootAsync\(\) is given must be an object \(got undefined\)/],
    [null, /must be an object \(got null\)/],
    [{ useClas: Object }, /'useClas' of forRootAsync\(\).*; forRootAsync\(\) must be given one/],
    [{}, /one of \{ useFactory \}, \{ useClass \}, \{ useExisting \} \(got none\)/],
    [{ useFactory: () => ({}), useClass: Object }, /\(got useFactory and useClass\)/],
    [{ useClass: 'Settings' }, /useClass of forRootAsync\(\) must be a class \(got 'Settings'\)/],
    [{ useFactory: {} }, /useFactory of forRootAsync\(\) must be a function/],
    [{ useFactory: () => ({}), inject: 'Settings' }, /inject must be a list \(got 'Settings'\)/],
    [{ useClass: Object, inject: [Object] }, /inject of forRootAsync\(\) is for useFactory/],
    [{ useExisting: 'Settings', inject: [] }, /inject of forRootAsync\(\) is for useFactory/],
    [{ useFactory: () => ({}), imports: null }, /imports must be a list \(got null\)/],
  ])('says what is wrong with %p', (options, message) => {
    expect(() => SagaModule.forRootAsync(options as never)).toThrow(message);
  });

  it('needs neither injection nor a promise', async () => {
    const logger = new RecordingLogger();
    @Module({
      imports: [SagaModule.forRootAsync({ useFactory: () => ({ logger }) })],
      providers: ORDERS,
    })
    class AppModule {}
    const { sagas } = await bootModule(AppModule);
    await sagas.for(PlaceOrderSaga, tea()).runAsync();
    expect(logger.messages('info').slice(1)).toEqual(['Saga PlaceOrder completed']);
  });
});

describe('the journal in memory', () => {
  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  async function warnings(mode: string, options: SagaModuleOptions = {}): Promise<string[]> {
    process.env['NODE_ENV'] = mode;
    const logger = new RecordingLogger();
    await boot({ providers: ORDERS }, { logger, ...options });
    return logger.messages('warn');
  }

  it('is warned of in production', async () => {
    expect(await warnings('production')).toEqual([
      expect.stringMatching(/kept in memory.*SagaModule\.forRoot\(\) a journal/),
    ]);
  });

  it('is fine elsewhere, and where it was asked for', async () => {
    expect(await warnings('development')).toEqual([]);
    expect(await warnings('production', { journal: memoryJournal() })).toEqual([]);
  });
});

describe('a retired step', () => {
  @Saga('PlaceOrder')
  class OldOrderSaga {
    @SagaStep({ compensate: 'removeGift' })
    addGift() {}
    removeGift() {}
    @SagaStep()
    charge() {}
  }

  it('is no longer run, and still undone for sagas that have done it', async () => {
    const log: string[] = [];
    @Saga('PlaceOrder')
    class NewOrderSaga {
      @SagaStep({ retired: true, compensate: 'removeGift' })
      addGift(_ctx: ISagaContext<object>) {
        log.push('gift');
      }
      removeGift() {
        log.push('no gift');
      }
      @SagaStep()
      charge() {
        log.push('charge');
        throw new Error('declined');
      }
    }
    const journal = memoryJournal();
    const old = await boot(
      { providers: [OldOrderSaga] },
      { journal, logger: silentLogger, drainMs: 0 },
    );
    const stuck = jest.spyOn(old.app.get(OldOrderSaga), 'charge');
    stuck.mockImplementation(() => new Promise(() => undefined) as never);
    const handle = await old.sagas.for(OldOrderSaga, {}, { id: 'o-1' }).start();
    handle.result().catch(() => undefined);
    await new Promise(setImmediate);
    await old.app.close();

    const { app, sagas } = await boot(
      { providers: [NewOrderSaga] },
      { journal, logger: silentLogger },
    );
    const { forward, steps } = app.get(SagaOperations).definition('PlaceOrder');
    expect(forward.map(({ label }) => label)).toEqual(['charge']);
    expect(steps.map(({ label }) => label)).toEqual(['charge', 'addGift']);
    const resumed = sagas.for(NewOrderSaga, {}, { id: 'o-1' }).runAsync('charge');
    await expect(resumed).rejects.toMatchObject({ compensated: ['addGift'] });
    expect(log).toEqual(['charge', 'no gift']);
  });
});
