import { join } from 'node:path';
import { defineSaga, silentLogger, type Journal } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { memoryJournal } from 'nestjs-saga-orchestrator';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { postgresStore } from './postgres-store.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';

const store = postgresStore();
afterAll(removeTempFolders);

const plan = defineSaga('Transfer', [{ label: 'Debit', action: () => 1, pivot: true }]);

function application(journal: Journal): InProcessEngine {
  const engine = new InProcessEngine({ journal, logger: silentLogger });
  engine.register(plan);
  return store.closing(engine);
}

async function runs(engine: InProcessEngine, id: string): Promise<boolean> {
  return (await (await engine.start(plan, {}, { id })).result()).isSuccess;
}

describe.each<[string, () => Journal]>([
  ['memory', () => memoryJournal()],
  ['SQLite', () => sqliteJournal({ file: join(tempFolder(), 'sagas.db') })],
  [
    'Postgres',
    () => postgresJournal({ connectionString: store.server.url, schema: store.schema() }),
  ],
])('one journal of a module, on %s', (_, make) => {
  it('serves one application after the other', async () => {
    const journal = make();
    for (const id of ['t-1', 't-2', 't-3']) {
      const engine = application(journal);
      expect(await runs(engine, id)).toBe(true);
      await engine.close();
    }
  });

  it('serves several at once, and no close of one takes it from the others', async () => {
    const journal = make();
    const [first, second, third] = [1, 2, 3].map(() => application(journal));
    await Promise.all([first?.recover(), second?.recover(), third?.recover()]);
    await Promise.all([first?.close(), first?.close()]);
    expect(await runs(second as InProcessEngine, 't-1')).toBe(true);
    const [fourth] = [application(journal)];
    await Promise.all([second?.close(), third?.close(), fourth.recover()]);
    expect(await runs(fourth, 't-2')).toBe(true);
  });

  it('is not closed by an application that could not open it', async () => {
    const journal = make();
    const first = application(journal);
    await first.recover();
    const second = application(journal);
    const beat = jest.spyOn(journal, 'heartbeat').mockRejectedValueOnce(new Error('no answer'));
    await expect(second.recover()).rejects.toThrow('no answer');
    beat.mockRestore();
    await second.close();
    await second.close();
    expect(await runs(first, 't-1')).toBe(true);
  });
});
