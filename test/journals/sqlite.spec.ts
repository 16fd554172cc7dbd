import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { journalContract, type JournalHarness } from 'nestjs-saga-orchestrator/testing';

function sqliteHarness(): JournalHarness {
  const folder = mkdtempSync(join(tmpdir(), 'saga-sqlite-'));
  return {
    journal: () => sqliteJournal({ file: join(folder, 'sagas.db') }),
    // The file's own clock decides: it is waited for.
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
    dispose: async () => rmSync(folder, { recursive: true }),
  };
}

describe('the SQLite journal', () => {
  it.each(journalContract)('$name', ({ run }) => run(sqliteHarness));
});
