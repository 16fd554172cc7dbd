import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  SagaBarrier,
  SagaBarrierModule,
  sagaBarrierSql,
  type SagaBarrierOptions,
} from 'nestjs-saga-orchestrator/participant';
import Database from 'libsql';
import { fromSqlite } from 'nestjs-saga-orchestrator/transactions';
import { doing } from './grounds.js';

const transactions = () => fromSqlite(new Database(':memory:'));

async function booted(...imports: any[]) {
  const testing = await Test.createTestingModule({ imports }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.init();
  return app;
}

@Injectable()
class Reservations {
  constructor(readonly barrier: SagaBarrier) {}
}
@Module({ providers: [Reservations] })
class StockModule {}

it('the module gives its barrier to every other one, and finds or makes the table at the start', async () => {
  const database = new Database(':memory:');
  const options = { transactions: fromSqlite(database) };
  const app = await booted(SagaBarrierModule.forRoot(options), StockModule);
  expect(database.prepare('SELECT count(*) AS rows FROM saga_barrier').get([])).toMatchObject({
    rows: 0,
  });
  const { barrier } = app.get(Reservations);
  expect(await barrier.do(doing('k'), () => 1)).toBe(1);
  await app.close();
  // Requests that are under way end after that.
  expect(await barrier.do(doing('k'), () => 2)).toBe(1);
});

it('an application does not start without its table where it may not be made', async () => {
  const options = { transactions: transactions(), migrate: 'off' } as const;
  await expect(booted(SagaBarrierModule.forRoot(options))).rejects.toThrow(
    /saga_barrier is missing/,
  );
});

it('a service with a second database has a barrier of its own for it, which Nest opens', async () => {
  const [one, other] = [new Database(':memory:'), new Database(':memory:')];
  const POINTS = Symbol('points');
  const app = await booted(SagaBarrierModule.forRoot({ transactions: fromSqlite(one) }), {
    module: StockModule,
    providers: [
      { provide: POINTS, useFactory: () => new SagaBarrier({ transactions: fromSqlite(other) }) },
    ],
  });
  const answers = [app.get(SagaBarrier), app.get<SagaBarrier>(POINTS)].map((barrier, i) =>
    barrier.do(doing('k'), () => i),
  );
  expect(await Promise.all(answers)).toEqual([0, 1]);
  await app.close();
});

it('two modules are refused: nobody could say in which database a call is looked up', async () => {
  const twice = [1, 2].map(() => SagaBarrierModule.forRoot({ transactions: transactions() }));
  await expect(booted(...twice)).rejects.toThrow(
    /SagaBarrierModule is configured twice; .* For a second database provide/,
  );
});

it.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /What SagaBarrier is given must be an object \(got undefined\)/],
  ['no transactions', {}, /transactions must be what fromPg\(\) and its like/],
  ['a pool', { transactions: { connect: () => 1 } }, /without run, use/],
  ['a misspelt option', { keepMS: 1 }, /unknown option 'keepMS'.*did you mean 'keepMs'/],
  ['no time', { keepMs: 0 }, /keepMs must be a whole number from 1000/],
  ['another word', { migrate: 'yes' }, /migrate must be 'auto' or 'off' \(got 'yes'\)/],
  ['another mode', { barrier: true }, /barrier must be 'required' or 'optional' \(got true\)/],
  ['a quoted schema', { schema: 'a"b' }, /schema must be 1 to 40 of a-z/],
])('options are refused: %s', async (_, options, problem) => {
  const given = (options && { transactions: transactions(), ...options }) as never;
  const made = Object.keys(options ?? {}).length === 0 ? (options as never) : given;
  expect(() => new SagaBarrier(made as SagaBarrierOptions)).toThrow(problem);
  await expect(booted(SagaBarrierModule.forRoot(made))).rejects.toThrow(problem);
  const later = SagaBarrierModule.forRootAsync({ useFactory: async () => made });
  await expect(booted(later)).rejects.toThrow(problem);
});

it.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /What forRootAsync\(\) is given must be an object/],
  ['no factory', {}, /must be given \{ useFactory \}/],
  ['a misspelt option', { useFactory: () => 1, injects: [] }, /did you mean 'inject'/],
])('forRootAsync() refuses %s', (_, options, problem) => {
  expect(() => SagaBarrierModule.forRootAsync(options as never)).toThrow(problem);
});

it('refuses a database that is neither Postgres nor SQLite', async () => {
  const mysql = {
    run: <T>(work: (tx: object) => Promise<T>) => work({}),
    use: () => ({ query: async () => [{ answer: 1 }] }),
  };
  await expect(new SagaBarrier({ transactions: mysql }).open()).rejects.toThrow(
    /must be those of a Postgres or SQLite database \(it answered 1\)/,
  );
});

it('prints the SQL of its table', () => {
  const database = new Database(':memory:');
  database.exec(sagaBarrierSql({ dialect: 'sqlite' }));
  expect(database.prepare('SELECT * FROM saga_barrier').all([])).toEqual([]);
  expect(sagaBarrierSql({ dialect: 'postgres', schema: 'stock' })).toMatch(
    /^BEGIN;\nSELECT .*;\nCREATE SCHEMA IF NOT EXISTS "stock";\nCREATE TABLE IF NOT EXISTS "stock"\.saga_barrier/,
  );
  for (const [options, problem] of [
    [undefined, /must be an object/],
    [{}, /dialect must be 'postgres' or 'sqlite'/],
    [{ dialect: 'sqlite', schemas: 'a' }, /did you mean 'schema'/],
    [{ dialect: 'postgres', schema: '"' }, /schema must be/],
  ] as const) {
    expect(() => sagaBarrierSql(options as never)).toThrow(problem);
  }
});
