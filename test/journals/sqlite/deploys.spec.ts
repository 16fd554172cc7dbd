import { join } from 'node:path';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { describeDeploys } from '../describe-deploys.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

afterAll(removeTempFolders);

describe('deploys and wrong clocks over a SQLite file', () => {
  describeDeploys(() => {
    const file = join(tempFolder(), 'sagas.db');
    return () => sqliteJournal({ file });
  });
});
