import {
  ConsoleLogger,
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type INestApplication,
  type LoggerService,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { WinstonModule } from 'nest-winston';
import { Logger as PinoLogger, LoggerModule } from 'nestjs-pino';
import {
  SagaModule,
  SagaOrchestratorFactory,
  memoryJournal,
  nestLogger,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { Writable } from 'node:stream';
import { format, transports, type LoggerOptions } from 'winston';
import { RecordingLogger } from '../../support/recording-logger.js';
import { boot, bootModule } from '../boot.js';
import { ORDERS, PlaceOrderSaga, tea, yacht } from '../orders.js';

type Line = Record<string, unknown>;

/** A winston that writes its lines, as JSON, into a list. */
function winstonInto(lines: Line[], level: string): LoggerOptions {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  return { level, format: format.json(), transports: [new transports.Stream({ stream })] };
}

describe('sagas are logged to the nest-winston logger of the application', () => {
  it.each([
    ['imported after the saga module', (logger: LoggerOptions) => WinstonModule.forRoot(logger)],
    [
      'made asynchronously',
      (logger: LoggerOptions) =>
        WinstonModule.forRootAsync({
          useFactory: () => new Promise((resolve) => setImmediate(() => resolve(logger))),
        }),
    ],
  ])('%s', async (_, winston) => {
    const lines: Line[] = [];
    @Module({
      imports: [SagaModule.forRoot(), winston(winstonInto(lines, 'info'))],
      providers: ORDERS,
    })
    class AppModule {}
    const { sagas } = await bootModule(AppModule);
    lines.splice(0);
    await sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'Saga PlaceOrder completed',
        saga: 'PlaceOrder',
        sagaId: 'o-1',
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('but to the one given in the options, if there is one', async () => {
    const lines: Line[] = [];
    const logger = new RecordingLogger();
    const imports = [WinstonModule.forRoot(winstonInto(lines, 'debug'))];
    const { sagas } = await boot({ imports, providers: ORDERS }, { logger });
    await sagas.for(PlaceOrderSaga, tea()).runAsync();
    expect(lines).toEqual([]);
    expect(logger.messages('info').slice(1)).toEqual(['Saga PlaceOrder completed']);
  });
});

describe("else to Nest's Logger", () => {
  function recordingNestLogger(levels: string[]) {
    const lines: string[] = [];
    // The context is the last of what Nest hands over.
    const note =
      (level: string) =>
      (message: unknown, ...rest: unknown[]) => {
        if (levels.includes(level))
          lines.push(`${level} [${String(rest.at(-1))}] ${String(message)}`);
      };
    const logger: LoggerService = {
      log: note('log'),
      verbose: note('verbose'),
      warn: note('warn'),
      error: note('error'),
    };
    return { lines, logger };
  }

  it('with the fields behind the message', async () => {
    const { lines, logger } = recordingNestLogger(['log', 'warn']);
    @Module({ imports: [SagaModule.forRoot()], providers: ORDERS })
    class AppModule {}
    const testing = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(logger)
      .compile();
    const app = testing.createNestApplication();
    await app.init();
    lines.splice(0);
    await app.get(SagaOrchestratorFactory).for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    await app.close();
    expect(lines).toEqual([
      expect.stringMatching(
        /^log \[Saga\] Saga PlaceOrder completed saga=PlaceOrder sagaId=o-1 durationMs=[\d.]+$/,
      ),
    ]);
  });

  describe('whose levels it heeds', () => {
    const chosen = Logger as unknown as {
      logLevels?: string[] | undefined;
      staticInstanceRef?: unknown;
    };
    const before = { ...chosen };

    afterEach(() => {
      Object.assign(chosen, before);
    });

    it('when some were chosen', () => {
      Logger.overrideLogger(['warn', 'error']);
      expect(nestLogger().isLevelEnabled?.('info')).toBe(false);
      expect(nestLogger().isLevelEnabled?.('warn')).toBe(true);
    });

    it('none with `logger: false`, for which no line needs to be made', () => {
      const { staticInstanceRef } = Logger as unknown as { staticInstanceRef?: unknown };
      try {
        Logger.overrideLogger(false);
        expect(nestLogger().isLevelEnabled?.('error')).toBe(false);
      } finally {
        Logger.overrideLogger(staticInstanceRef as LoggerService);
      }
    });

    it('all but the steps where none were chosen and Nest writes text, whatever Nest 11 says', () => {
      chosen.logLevels = undefined;
      Logger.overrideLogger(new ConsoleLogger());
      for (const json of [false, true]) {
        Logger.overrideLogger(new ConsoleLogger({ json }));
        for (let time = 0; time < 2; time += 1) {
          expect(nestLogger().isLevelEnabled?.('info')).toBe(true);
          expect(nestLogger().isLevelEnabled?.('debug')).toBe(false);
        }
      }
    });

    it.each([
      [
        'with its logger',
        () => Logger.overrideLogger(new ConsoleLogger({ logLevels: ['verbose'] })),
      ],
      ['with NestFactory', () => Logger.overrideLogger(['log', 'verbose'])],
      [
        'by a logger that has levels of its own',
        () => Logger.overrideLogger({ log() {} } as never),
      ],
    ])('the steps, too, when they were chosen %s', (_, choose) => {
      chosen.logLevels = undefined;
      Logger.overrideLogger(new ConsoleLogger());
      choose();
      expect(nestLogger().isLevelEnabled?.('debug')).toBe(true);
    });
  });

  it('at every level, with fields that are not text as JSON', () => {
    const { lines, logger } = recordingNestLogger(['log', 'verbose', 'warn', 'error']);
    Logger.overrideLogger(logger);
    const given = nestLogger('Orders');
    given.debug('a');
    given.info('b', { n: 1, text: 'x' });
    given.warn('c', { list: [1] });
    given.error('d', { error: { name: 'E' } });
    Logger.overrideLogger(false);
    expect(lines).toEqual([
      'verbose [Orders] a',
      'log [Orders] b n=1 text=x',
      'warn [Orders] c list=[1]',
      'error [Orders] d error={"name":"E"}',
    ]);
  });

  it('in one line, whatever the text holds: nothing in it can forge another', () => {
    const { lines, logger } = recordingNestLogger(['log']);
    Logger.overrideLogger(logger);
    const breaks = 'o-1\r\n[Nest] ERROR \u001b[31m \u2028 \u0085 茶';
    nestLogger('Orders').info(breaks, { sagaId: breaks, list: [breaks] });
    Logger.overrideLogger(false);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(
      'sagaId=o-1\\u000d\\u000a[Nest] ERROR \\u001b[31m \\u2028 \\u0085 茶',
    );
    expect(lines[0]).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  });
});

describe('the fields stay fields', () => {
  const before = { ...Logger };

  afterEach(() => {
    Object.assign(Logger, before);
  });

  /** What the application's logger wrote of one saga. */
  async function written(
    imports: ModuleMetadata['imports'],
    use: (app: INestApplication) => LoggerService,
    text: () => string,
  ): Promise<Line[]> {
    @Module({ imports: [SagaModule.forRoot(), ...(imports ?? [])], providers: ORDERS })
    class AppModule {}
    const app = await NestFactory.create(AppModule, { logger: false });
    app.useLogger(use(app));
    await app.init();
    const start = text().length;
    await app.get(SagaOrchestratorFactory).for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    await app.close();
    return text()
      .slice(start)
      .split('\n')
      .filter((line) => line.includes('PlaceOrder'))
      .map((line) => JSON.parse(line) as Line);
  }

  it("in Nest's JSON", async () => {
    let out = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      out += String(chunk);
      return true;
    });
    try {
      const json = new ConsoleLogger({ json: true });
      expect(
        await written(
          [],
          () => json,
          () => out,
        ),
      ).toEqual([
        expect.objectContaining({
          level: 'log',
          context: 'Saga',
          message: {
            message: 'Saga PlaceOrder completed',
            saga: 'PlaceOrder',
            sagaId: 'o-1',
            durationMs: expect.any(Number),
          },
        }),
      ]);
    } finally {
      write.mockRestore();
    }
  });

  it('in nestjs-pino', async () => {
    let out = '';
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        out += chunk.toString();
        done();
      },
    });
    const pino = LoggerModule.forRoot({ pinoHttp: [{ level: 'info' }, stream] });
    const lines = await written(
      [pino],
      (app) => app.get(PinoLogger),
      () => out,
    );
    expect(lines).toEqual([
      expect.objectContaining({
        level: 30,
        context: 'Saga',
        msg: 'Saga PlaceOrder completed',
        saga: 'PlaceOrder',
        sagaId: 'o-1',
      }),
    ]);
  });

  it("in winston's logger for all of Nest", async () => {
    const lines: Line[] = [];
    const winston = WinstonModule.createLogger(winstonInto(lines, 'info'));
    await written(
      [],
      () => winston,
      () => '',
    );
    expect(lines.filter(({ saga }) => saga === 'PlaceOrder')).toEqual([
      expect.objectContaining({
        level: 'info',
        context: 'Saga',
        message: 'Saga PlaceOrder completed',
        sagaId: 'o-1',
      }),
    ]);
  });
});

describe('an application says once, when it starts', () => {
  /** A journal that says that it survives the process. */
  const durable = () =>
    Object.assign(memoryJournal(), { isVolatile: false, description: 'a shelf' });

  it.each<[string, RegExp, SagaModuleOptions]>([
    [
      'that its sagas are gone with the process',
      /^Sagas: Hand-made \(1 step\), PlaceOrder \(2 steps\); kept in memory: .* 202$/,
      {},
    ],
    [
      'whose they are, where they are kept, and that it resumes them',
      /^Sagas of shop: .*; kept in a shelf; this process resumes those of/,
      { application: 'shop', journal: durable() },
    ],
    [
      'that another process must',
      /this process resumes none/,
      { worker: false, journal: durable() },
    ],
  ])('%s', async (_, line, options) => {
    @Injectable()
    class ByHand {
      constructor(sagas: SagaOrchestratorFactory) {
        const step = { label: 'A', action: () => undefined, compensate: () => undefined };
        sagas.define('Hand-made', (chain) => chain.step(step));
      }
    }
    const logger = new RecordingLogger();
    await boot({ providers: [...ORDERS, ByHand] }, { logger, ...options });
    expect(logger.messages('info')).toEqual([expect.stringMatching(line)]);
  });
});

describe('what is logged', () => {
  async function logged(level: 'info' | 'debug', order = tea()) {
    const logger = new RecordingLogger(level);
    const { sagas } = await boot({ providers: ORDERS }, { logger });
    logger.lookups.length = 0;
    logger.lines.length = 0;
    await sagas
      .for(PlaceOrderSaga, order, { id: 'o-1' })
      .runAsync()
      .catch(() => 0);
    return logger;
  }

  it('is exactly one info line for a saga that succeeds', async () => {
    const { lines } = await logged('info');
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'Saga PlaceOrder completed',
        fields: { saga: 'PlaceOrder', sagaId: 'o-1', durationMs: expect.any(Number) },
      },
    ]);
  });

  it('is one warning for a saga that was compensated, no info', async () => {
    const { lines } = await logged('info', yacht);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'Saga PlaceOrder compensated'],
    ]);
  });

  it('is every step at debug, with label, attempt and duration', async () => {
    const logger = await logged('debug');
    const steps = logger.lines.filter(({ level }) => level === 'debug');
    expect(steps.map(({ message }) => message)).toEqual([
      'Saga PlaceOrder: started',
      'Saga PlaceOrder: done',
      'Saga PlaceOrder: started',
      'Saga PlaceOrder: done',
    ]);
    expect(steps[1]?.fields).toEqual({
      saga: 'PlaceOrder',
      sagaId: 'o-1',
      label: 'ReserveStock',
      attempt: 1,
      durationMs: expect.any(Number),
    });
    expect(logger.messages('info')).toHaveLength(1);
  });

  it('looks a level up at most once per saga', async () => {
    for (const level of ['info', 'debug'] as const) {
      const { lookups } = await logged(level);
      expect(lookups.length).toBeGreaterThan(0);
      expect(new Set(lookups).size).toBe(lookups.length);
    }
  });

  it('is never a payload: neither data nor results, at any level', async () => {
    for (const order of [tea(), yacht]) {
      const { text } = await logged('debug', order);
      expect(text).not.toMatch(/"tea"|yacht|quantity|reserved|tx-o-1|stack/);
    }
  });
});

describe('in a testing module that mocks whatever is missing', () => {
  it.each<[string, () => unknown]>([
    ['nothing', () => ({})],
    ['a mock function', () => jest.fn()],
    ['a text', () => 'mock'],
    [
      'a proxy whose every property is a mock',
      () => new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : jest.fn()) }),
    ],
  ])('sagas start and run: %s', async (_, mock) => {
    @Injectable()
    class Shop {
      constructor(@Inject('CATALOGUE') readonly catalogue: unknown) {}
    }
    const testing = await Test.createTestingModule({
      imports: [SagaModule.forRoot()],
      providers: [...ORDERS, Shop],
    })
      .setLogger(false as never)
      .useMocker(mock as never)
      .compile();
    const app = testing.createNestApplication();
    try {
      await app.init();
      const saga = app.get(SagaOrchestratorFactory).for(PlaceOrderSaga, tea());
      expect((await saga.runAsync()).isSuccess).toBe(true);
    } finally {
      await app.close();
    }
  });

  it('a winston without our levels is not used, and that is said', async () => {
    @Global()
    @Module({
      providers: [{ provide: 'winston', useValue: { error: jest.fn(), warning: jest.fn() } }],
      exports: ['winston'],
    })
    class SyslogModule {}
    const warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    try {
      await boot({ imports: [SyslogModule], providers: ORDERS }, {});
      expect(warned.mock.calls).toEqual([
        [expect.stringMatching(/winston logger must .* without debug, info, warn\)/)],
      ]);
    } finally {
      warned.mockRestore();
    }
  });
});
