import { Injectable } from '@nestjs/common';
import {
  memoryJournal,
  NOTHING_TO_UNDO,
  Saga,
  SagaOrchestratorBuilder,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type SagaModuleOptions,
  type SagaTransactions,
} from 'nestjs-saga-orchestrator';
import { restateEngine } from 'nestjs-saga-orchestrator/restate';
import { RecordingLogger } from '../support/recording-logger.js';
import { boot, bootFailure } from './boot.js';

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
