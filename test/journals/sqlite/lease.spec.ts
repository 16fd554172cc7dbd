import { join } from 'node:path';
import Libsql from 'libsql';
import { sqliteJournal, type SqliteConnection } from 'nestjs-saga-orchestrator/sqlite';
import { Database } from '../../../lib/journals/sqlite/database.js';
import { Claims } from '../../../lib/journals/sqlite/claims.js';
import { NAME, newSaga, OWNER } from '../append-load.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

afterAll(removeTempFolders);

it('a process lives up to the last millisecond of its lease, and no longer', async () => {
  const file = join(tempFolder(), 'sagas.db');
  const journal = sqliteJournal({ file });
  await journal.open();
  await journal.create(newSaga('one'));
  await journal.close();
  const driver = { name: 'libsql', open: () => new Libsql(file) as unknown as SqliteConnection };
  const database = new Database(driver, { file, synchronous: 'normal' });
  const ownership = new Claims(database);
  ownership.heartbeat(OWNER, 1_000, 5_000);
  const request = { owner: 'bert', names: [NAME], limit: 9 };
  expect(ownership.claim(request, 6_000)).toEqual([]);
  expect(ownership.claim({ ...request, id: 'one' }, 6_000)).toEqual([]);
  expect(ownership.claim(request, 6_001)).toMatchObject([{ id: 'one', owner: 'bert' }]);
  database.close();
});
