import { join } from 'node:path';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { describePayloads } from '../../engines/in-process/runs/describe-payloads.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

afterAll(removeTempFolders);

describe('payloads in a SQLite file', () => {
  describePayloads(() => sqliteJournal({ file: join(tempFolder(), 'sagas.db') }));
});
