import { join } from 'node:path';
import type { Type } from '@nestjs/common';
import Database from 'libsql';
import { Test } from '@nestjs/testing';
import { SagaModule, SagaOrchestratorFactory, silentLogger } from 'nestjs-saga-orchestrator';
import { SagaBarrier, SagaBarrierModule } from 'nestjs-saga-orchestrator/participant';
import { fromSqlite, type SagaTransactions } from 'nestjs-saga-orchestrator/transactions';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { recipe } from '../support/recipe.js';

interface Participant {
  readonly StockModule: Type;
  readonly database: { prepare(sql: string): { all(): { item: string; pieces: number }[] } };
}
interface Caller {
  readonly PlaceOrderSaga: Type;
}

afterAll(removeTempFolders);

it('the recipes of the service and of its saga run together as they are', async () => {
  process.env['STOCK_FILE'] = join(tempFolder(), 'stock.db');
  const { StockModule, database } = await recipe<Participant>('docs/participant.md', 'participant');
  const participant = (
    await Test.createTestingModule({ imports: [StockModule] }).compile()
  ).createNestApplication({ logger: false });
  await participant.listen(0, '127.0.0.1');
  process.env['STOCK_URL'] = await participant.getUrl();

  const { PlaceOrderSaga } = await recipe<Caller>('docs/participant.md', 'caller');
  const testing = await Test.createTestingModule({
    imports: [SagaModule.forRoot({ logger: silentLogger })],
    providers: [PlaceOrderSaga],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.init();
  const sagas = app.get(SagaOrchestratorFactory);
  const moved = () =>
    database.prepare('SELECT item, sum(pieces) AS pieces FROM moves GROUP BY item').all();

  const placed = await sagas.for(PlaceOrderSaga, { item: 'lamp', pieces: 2 }).runAsync();
  expect(placed.getStepResult<object>('reserve')).toEqual({ reserved: 2 });
  expect(moved()).toEqual([{ item: 'lamp', pieces: -2 }]);
  const failing = sagas.for(PlaceOrderSaga, { item: 'piano', pieces: 1 }).runAsync();
  await expect(failing).rejects.toMatchObject({ status: 'compensated' });
  expect(moved()).toEqual([
    { item: 'lamp', pieces: -2 },
    { item: 'piano', pieces: 0 },
  ]);
  await app.close();
  await participant.close();
});

it('the recipe of a step in another database runs as it is; a lost answer to COMMIT is settled by its probe', async () => {
  const database = new Database(join(tempFolder(), 'points.db'));
  database.exec('CREATE TABLE points (user TEXT, points INTEGER)');
  const { run, use } = fromSqlite(database);
  let lost = 0;
  const transactions: SagaTransactions<Database.Database> = {
    use,
    run: async (work) => {
      const value = await run(work);
      if (lost > 0 && (lost -= 1) === 0) {
        throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' });
      }
      return value;
    },
  };
  const { GivePointsSaga } = await recipe<{ readonly GivePointsSaga: Type }>(
    'docs/participant.md',
    'elsewhere',
  );
  const testing = await Test.createTestingModule({
    imports: [
      SagaModule.forRoot({ logger: silentLogger, barrier: SagaBarrier }),
      SagaBarrierModule.forRoot({ transactions }),
    ],
    providers: [GivePointsSaga],
  }).compile();
  const app = testing.createNestApplication({ logger: false });
  await app.init();
  const sagas = app.get(SagaOrchestratorFactory);
  const rows = () => database.prepare('SELECT points FROM points').all([]);

  lost = 1;
  const given = await sagas.for(GivePointsSaga, { user: 'ann', points: 5 }).runAsync();
  expect(lost).toBe(0);
  expect(given.getStepResult<object>('give')).toEqual({ given: 5 });
  expect(rows()).toEqual([{ points: 5 }]);

  const failing = sagas.for(GivePointsSaga, { user: 'nobody', points: 7 }).runAsync();
  await expect(failing).rejects.toMatchObject({ status: 'compensated' });
  expect(rows()).toEqual([{ points: 5 }, { points: 7 }, { points: -7 }]);
  await app.close();
});
