import { join } from 'node:path';
import Database from 'libsql';
import { fromSqlite } from 'nestjs-saga-orchestrator/transactions';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';
import { describeBarrier } from './describe-barrier.js';
import { describeBarrierSteps } from './describe-barrier-steps.js';
import { Service, type Grounds } from './grounds.js';

afterAll(removeTempFolders);

async function grounds(): Promise<Grounds> {
  const file = join(tempFolder(), 'stock.db');
  const open: Database.Database[] = [];
  const connected = (): Database.Database => {
    const database = new Database(file);
    database.pragma('journal_mode = WAL');
    open.push(database);
    return database;
  };
  const outside = connected();
  outside.exec('CREATE TABLE effects (action TEXT, delta INTEGER)');
  return {
    schema: undefined,
    table: 'saga_barrier',
    effects: 'effects',
    transactions: () => fromSqlite(connected()),
    query: async (sql) => {
      const statement = outside.prepare(sql);
      if (statement.reader) return statement.all([]) as Record<string, unknown>[];
      statement.run([]);
      return [];
    },
    dispose: async () => open.forEach((database) => database.close()),
  };
}

describeBarrier('SQLite', grounds);
describeBarrierSteps('SQLite', grounds);

describe('a barrier on SQLite', () => {
  it('leaves no effect when everything comes twice and at once (92, B1)', async () => {
    const laid = await grounds();
    const services = [new Service(laid), new Service(laid)];
    const keys = Array.from({ length: 100 }, (_, i) => `k-${i}`);
    const all = keys.flatMap((key) =>
      services.flatMap((service) => [
        service.undo(key).catch((error: unknown) => error),
        service.do(key).catch((error: unknown) => error),
      ]),
    );
    const failed = (await Promise.all(all)).filter((answer) => answer instanceof Error);
    expect(failed.filter((error) => (error as { code?: string }).code !== 'SAGA_BLOCKED')).toEqual(
      [],
    );
    const net = await (services[0] as Service).net();
    expect(Object.values(net).filter((sum) => sum !== 0)).toEqual([]);
    await laid.dispose();
  });

  it('has no schemas', async () => {
    const laid = await grounds();
    const service = new Service(laid, { schema: 'stock' });
    await expect(service.barrier.open()).rejects.toThrow(/SQLite has no schemas: remove schema/);
    await laid.dispose();
  });
});
