import { join } from 'node:path';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { describeNames } from '../../engines/in-process/describe-names.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

afterAll(removeTempFolders);

describe('names in a SQLite file', () => {
  describeNames(() => sqliteJournal({ file: join(tempFolder(), 'sagas.db') }));
});
