import { Injectable, Module, type Provider } from '@nestjs/common';
import {
  memoryJournal,
  NOTHING_TO_UNDO,
  Saga,
  SagaModule,
  SagaOrchestratorBuilder,
  SagaStep,
  silentLogger,
  type ISagaCompensationContext,
  type ISagaContext,
  type SagaModuleOptions,
  type SagaTransaction,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { fromPrisma } from 'nestjs-saga-orchestrator/transactions';
import { RecordingLogger } from '../support/recording-logger.js';
import { boot, bootFailure, bootModule } from './boot.js';

const shipped: string[] = [];

@Saga('PlaceOrder')
@Injectable()
class PlaceOrder {
  @SagaStep({ compensate: NOTHING_TO_UNDO })
  ship({ context }: ISagaContext<{ id: string }>): void {
    shipped.push(context.id);
  }
}

/** Of a journal that knows nothing of them. */
const transactions: SagaTransactions<object> = {
  run: (work) => work({}),
  use: () => ({ query: async () => [] }),
};
const REMEDY =
  /transaction cannot be used here: .* start the saga for it after the commit, under an id/;

const bootWith = (options: Partial<SagaModuleOptions> = {}) =>
  boot({ providers: [PlaceOrder] }, { logger: silentLogger, transactions, ...options });

afterEach(() => shipped.splice(0));

it('the memory journal cannot know of a rollback: the saga begins at the call, which is said once (78)', async () => {
  const logger = new RecordingLogger();
  const { sagas } = await bootWith({ logger });
  for (const id of ['o-1', 'o-2']) {
    await (await sagas.for(PlaceOrder, { id }, { id, transaction: {} }).start()).result();
  }
  expect(shipped).toEqual(['o-1', 'o-2']);
  const said = logger.lines.filter(({ message }) => /knows nothing of transactions/.test(message));
  expect(said).toEqual([expect.objectContaining({ level: 'warn' })]);
});

it('runAsync() would wait inside the transaction for what begins after its commit: it neither compiles nor runs (73)', async () => {
  const { sagas } = await bootWith();
  const chain = sagas.for(PlaceOrder, { id: 'o-1' }, { id: 'o-1', transaction: {} });
  // @ts-expect-error it is for start() alone
  const running: Promise<unknown> = chain.runAsync();
  await expect(running).rejects.toThrow(/call start\(\) there, and await the result\(\)/);
  expect(shipped).toEqual([]);
});

it('a chain of create() is refused: nobody who finds it knows its steps', async () => {
  const { sagas } = await bootWith();
  const chain = sagas
    .create('Unnamed', {}, { transaction: {} })
    .step({ label: 'A', action: () => 1, pivot: true });
  await expect(chain.start()).rejects.toThrow(
    /'Unnamed' is known to this call alone: decorate its class .* or register the chain with define\(\)/,
  );
});

it('a chain without a journal refuses it, and Restate does, before anything is sent', async () => {
  const bare = new SagaOrchestratorBuilder('Bare', {}, silentLogger, { transaction: {} });
  bare.step({ label: 'A', action: () => 1, pivot: true });
  await expect(bare.start()).rejects.toThrow(REMEDY);
  await expect(bare.runAsync()).rejects.toThrow(REMEDY);

  const engine = restateEngine({ service: false }).create({ logger: silentLogger });
  const { sagas } = await boot({ providers: [PlaceOrder] });
  const [plan] = (sagas as unknown as { engine: { definitions: never[] } }).engine.definitions;
  engine.register(plan as never);
  const start = engine.start(plan as never, {}, { transaction: {} });
  await expect(start).rejects.toThrow(REMEDY);
});

it('transactions are refused beside an engine, with a journal that takes part in none, and where they are none', async () => {
  const failure = async (options: Partial<SagaModuleOptions>) =>
    (await bootFailure({ providers: [PlaceOrder] }, { logger: silentLogger, ...options })).message;
  const engine = restateEngine({ service: false });
  expect(await failure({ engine, transactions })).toMatch(/goes without transactions/);
  expect(await failure({ transactions: {} as never })).toMatch(
    /transactions must be an object with run and use, as fromPg\(pool\) .* without run, use/,
  );
  const journal = new Proxy(memoryJournal(), {
    get: (target, name) => {
      if (name === 'isVolatile') return false;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(await failure({ journal, transactions })).toMatch(
    /transactions must be left out: the journal .* cannot store sagas in a transaction of yours/,
  );
});

it('a step that may take longer than its client lets a transaction last is said at start-up', async () => {
  @Saga('Transfer')
  @Injectable()
  class Transfer {
    @SagaStep({ transaction: true, timeout: 6_000, compensate: NOTHING_TO_UNDO })
    debit(): void {}
    @SagaStep({ transaction: true, timeout: 5_000, compensate: NOTHING_TO_UNDO })
    credit(): void {}
    @SagaStep({ timeout: 60_000, pivot: true })
    mail(): void {}
  }
  const prisma = {
    $queryRawUnsafe: async () => [],
    $transaction: <T>(work: (client: object) => Promise<T>): Promise<T> => work({}),
  };
  const said = async (options?: { timeout: number }) => {
    const logger = new RecordingLogger();
    const { app } = await boot(
      { providers: [Transfer] },
      { logger, transactions: fromPrisma(prisma as never, options) },
    );
    await app.close();
    return logger.lines.flatMap(({ level, message }) => (level === 'warn' ? message : []));
  };
  expect(await said()).toEqual([
    expect.stringMatching(
      /rolls back what takes longer than 5000 ms, .* may take longer: 'debit' of 'Transfer' \(6000 ms\)\. .* fromPrisma/,
    ),
  ]);
  expect(await said({ timeout: 6_000 })).toEqual([]);
});

it('a step behind a barrier is refused at start-up where there is none, on Restate, too, and a chain that is run as it is (89)', async () => {
  @Saga('Gift')
  @Injectable()
  class Gift {
    @SagaStep({ barrier: true, compensate: NOTHING_TO_UNDO })
    give(): void {}
  }
  const refusal = async (options: SagaModuleOptions = {}) => {
    const given = { logger: silentLogger, ...options };
    return (await bootFailure({ providers: [Gift] }, given)).message;
  };
  const NONE = /step 'give': barrier: it needs to know the barrier of its database/;
  expect(await refusal()).toMatch(NONE);
  expect(await refusal({ engine: restateEngine({ service: false }) })).toMatch(NONE);
  expect(await refusal({ barrier: Gift as never })).toMatch(
    /barrier, which the provider Gift is, must be a SagaBarrier \(got an object\)/,
  );
  expect(await refusal({ barrier: Symbol('barrier') })).toMatch(
    /barrier names the provider Symbol\(barrier\), which cannot be had: import SagaBarrierModule/,
  );
  const chain = new SagaOrchestratorBuilder('Gift', {}, silentLogger).step({
    label: 'Give',
    barrier: true,
    action: () => 1,
  });
  await expect(chain.runAsync()).rejects.toThrow(/barrier: true needs a plan/);
});

describe('transactions that a provider of the application is', () => {
  const TRANSACTIONS = Symbol('transactions');

  @Injectable()
  class Database {
    readonly asked: string[] = [];
  }
  @Module({ providers: [Database], exports: [Database] })
  class DatabaseModule {}

  /** As an adapter of `./transactions` is: it makes them of what is injected. */
  const of = ({ asked }: Database): SagaTransactions<object> => ({
    run: (work) => work({}),
    use: () => ({
      query: async (sql) => {
        asked.push(sql);
        return [];
      },
    }),
  });
  const provider = { provide: TRANSACTIONS, inject: [Database], useFactory: of };

  /** A journal that takes part in transactions, and says so to whom it is given. */
  function partner() {
    const journal = memoryJournal();
    const within = (tx: SagaTransaction) => ({
      verify: async () => void (await tx.query('verify', [])),
    });
    return new Proxy(journal, {
      get: (target, name) => {
        if (name === 'isVolatile') return false;
        if (name === 'within') return within;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  it('are found by their token, in whichever module they are, and made of what is injected', async () => {
    @Module({ imports: [DatabaseModule], providers: [provider] })
    class OrdersModule {}
    const options = { logger: silentLogger, transactions: TRANSACTIONS, journal: partner() };
    const { app } = await boot({ providers: [PlaceOrder], imports: [OrdersModule] }, options);
    expect(app.get(Database, { strict: false }).asked).toEqual(['verify']);
  });

  it('may be a class, and be named by what forRootAsync() makes', async () => {
    @Injectable()
    class Transactions implements SagaTransactions<object> {
      constructor(private readonly database: Database) {}
      run<T>(work: (tx: object) => Promise<T>): Promise<T> {
        return of(this.database).run(work);
      }
      use(tx: object): SagaTransaction {
        return of(this.database).use(tx);
      }
    }
    const options = () => ({
      ...{ logger: silentLogger, transactions: Transactions, journal: partner() },
    });
    @Module({
      imports: [DatabaseModule, SagaModule.forRootAsync({ useFactory: options })],
      providers: [Transactions, PlaceOrder],
    })
    class AppModule {}
    const { app } = await bootModule(AppModule);
    expect(app.get(Database, { strict: false }).asked).toEqual(['verify']);
  });

  it('that nobody provides, or that are none, are refused when the application starts', async () => {
    const failure = async (
      providers: Provider[],
      transactions: SagaModuleOptions['transactions'] & {} = TRANSACTIONS,
    ) => (await bootFailure({ providers }, { logger: silentLogger, transactions })).message;
    expect(await failure([])).toMatch(
      /transactions names the provider Symbol\(transactions\), which cannot be had: provide it once, in any module/,
    );
    expect(await failure([], 'TRANSACTIONS')).toMatch(/the provider 'TRANSACTIONS', which/);
    expect(await failure([], Database as never)).toMatch(/the provider Database, which/);
    expect(await failure([{ provide: TRANSACTIONS, useValue: { run: 1 } }])).toMatch(
      /transactions, which the provider Symbol\(transactions\) is, must be an object with run and use, .* \(got an object without run, use\)/,
    );
  });

  it('are not looked at before they are there: what else is wrong is said alone', async () => {
    const wrong = { logger: silentLogger, transactions: TRANSACTIONS, leaseMs: 1 };
    const { message } = await bootFailure({ providers: [PlaceOrder] }, wrong);
    expect(message).toMatch(/leaseMs/);
    expect(message).not.toMatch(/transactions/);
    expect(() => SagaModule.forRoot({ ...wrong, nope: 1 } as never)).toThrow(/nope/);
    expect(() => SagaModule.forRoot({ ...wrong, nope: 1 } as never)).not.toThrow(
      /transactions must/,
    );
  });
});

describe('a transactional step', () => {
  const seen: unknown[] = [];

  @Saga('Transfer')
  @Injectable()
  class Transfer {
    @SagaStep({ transaction: true, compensate: 'giveBack' })
    debit({ context }: ISagaContext<{ id: string }>, tx: { readonly nr: number }): void {
      seen.push(['debit', context.id, tx.nr]);
    }
    giveBack(_ctx: ISagaCompensationContext<{ id: string }>, tx: { readonly nr: number }): void {
      seen.push(['pay back', tx.nr]);
    }

    @SagaStep({ transaction: true, compensate: NOTHING_TO_UNDO })
    credit(_ctx: ISagaContext<{ id: string }>): void {
      throw new Error('no account');
    }
  }

  /** Numbers its transactions, and remembers how they ended. */
  class Numbered implements SagaTransactions<{ readonly nr: number }> {
    readonly ends: string[] = [];
    #nr = 0;

    async run<T>(work: (tx: { readonly nr: number }) => Promise<T>): Promise<T> {
      const nr = (this.#nr += 1);
      try {
        const value = await work({ nr });
        this.ends.push(`commit ${nr}`);
        return value;
      } catch (error) {
        this.ends.push(`rollback ${nr}`);
        throw error;
      }
    }

    use(): ReturnType<SagaTransactions['use']> {
      return { query: async () => [] };
    }
  }

  afterEach(() => seen.splice(0));

  it('is given its transaction, and so is its undo; a journal in memory learns of it after the commit', async () => {
    const numbered = new Numbered();
    const { sagas } = await boot(
      { providers: [Transfer] },
      { logger: silentLogger, transactions: numbered },
    );
    await expect(sagas.for(Transfer, { id: 't-1' }).runAsync()).rejects.toMatchObject({
      compensated: ['debit'],
    });
    expect(seen).toEqual([
      ['debit', 't-1', 1],
      ['pay back', 3],
    ]);
    expect(numbered.ends).toEqual(['commit 1', 'rollback 2', 'commit 3']);
  });

  it('is refused at start-up without transactions, and on Restate, with every label (89)', async () => {
    const bare = await bootFailure({ providers: [Transfer] });
    expect(bare.message).toMatch(/step 'debit': transaction: it needs to know .*transactions/);
    expect(bare.message).toContain("step 'credit': transaction: ");
    const engine = restateEngine({ service: false });
    @Saga('Other')
    @Injectable()
    class Other extends Transfer {}
    const restate = await bootFailure(
      { providers: [Transfer, Other] },
      { logger: silentLogger, engine },
    );
    expect(restate.message).toMatch(/Transfer: step 'debit': transaction: Restate keeps/);
    expect(restate.message).toMatch(/Other: step 'credit': transaction: Restate keeps/);
  });

  it('needs a plan by which others can resume it: a chain that is run as it is has none', async () => {
    const { sagas } = await bootWith();
    const step = {
      label: 'Debit',
      transaction: true,
      action: (_ctx: unknown, tx: unknown) => void seen.push(tx),
      compensate: NOTHING_TO_UNDO,
    } as const;
    const refusal = /needs a plan by which other processes can resume it/;
    await expect(sagas.create('Bare', {}).step(step).runAsync()).rejects.toThrow(refusal);
    const bare = new SagaOrchestratorBuilder('Bare', {}, silentLogger).step(step);
    await expect(bare.start()).rejects.toThrow(refusal);
    const definition = bare.build();
    const whole = new SagaOrchestratorBuilder('Bare', {}, silentLogger, { definition });
    await expect(whole.runAsync()).rejects.toThrow(refusal);
    expect(seen).toEqual([]);
    const defined = sagas.define('Defined', (chain) => chain.step(step));
    await defined({}).runAsync();
    expect(seen).toEqual([{}]);
  });

  it.each([
    ['transaction', { transaction: true }],
    ['barrier', { barrier: true }],
  ] as const)(
    "warns of compensateOn: 'attempted', of which a failed %s leaves nothing (82, 89)",
    async (_, kind) => {
      const logger = new RecordingLogger();
      const { sagas } = await bootWith({ logger, barrier: { steps: {} as never } });
      sagas.define('Attempted', (chain) =>
        chain.step({
          label: 'Debit',
          ...kind,
          compensateOn: 'attempted',
          action: () => undefined,
          compensate: () => undefined,
        }),
      );
      const said = logger.lines.filter(({ message }) => /undoes 'Debit' also where/.test(message));
      expect(said).toHaveLength(1);
    },
  );
});
