import { join } from 'node:path';
import Libsql from 'libsql';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { describeBadRows } from './describe-bad-rows.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';

afterAll(removeTempFolders);

describe('bad rows in a SQLite file', () => {
  describeBadRows(async () => {
    const file = join(tempFolder(), 'sagas.db');
    return {
      journal: () => sqliteJournal({ file }),
      seq: 'seq',
      second: 3,
      sql: async (text, values = []) => {
        const database = new Libsql(file);
        database.prepare(text).run([...values]);
        database.close();
      },
    };
  });
});
