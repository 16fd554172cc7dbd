import { join } from 'node:path';
import Libsql from 'libsql';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { newSaga } from '../append-load.js';
import { describeBadActs } from '../describe-bad-acts.js';
import { describeBadRows, type DamagedStore } from '../describe-bad-rows.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

afterAll(removeTempFolders);

const NO_TEXT = `CAST(x'7bff22c3' AS TEXT)`;

async function newStore(): Promise<DamagedStore> {
  const file = join(tempFolder(), 'sagas.db');
  return {
    journal: () => sqliteJournal({ file }),
    seq: 'seq',
    second: 3,
    noText: NO_TEXT,
    sql: async (text, values = []) => {
      const database = new Libsql(file);
      database.prepare(text).run([...values]);
      database.close();
    },
  };
}

describe('bad rows in a SQLite file', () => {
  describeBadRows(newStore);
  describeBadActs(newStore);

  const TEXTS = ['name', 'id', 'birth', 'fingerprint', 'status', 'key', 'tags', 'input', 'owner'];
  // Some drivers end the whole process for a text that is none.
  it.each([...TEXTS, 'application', 'cancel_reason', 'park_reason', 'label'])(
    'whose bytes are no text harm no other: %s',
    async (column) => {
      const file = join(tempFolder(), 'sagas.db');
      const journal = sqliteJournal({ file });
      await journal.open();
      for (const id of ['bad', 'well']) await journal.create(newSaga(id));
      const database = new Libsql(file);
      database.prepare(`UPDATE saga_appends SET records = ${NO_TEXT} WHERE saga = 1`).run();
      const whole = await journal.load(newSaga('bad'));
      expect(whole).toMatchObject({ entries: [], nextSeq: 2, row: { id: 'bad' } });
      expect(whole?.damage).toBe('the records of write 1 cannot be read (they are no UTF-8)');
      database.prepare(`UPDATE sagas SET ${column} = ${NO_TEXT} WHERE id = 'bad'`).run();
      database.close();
      const { owner, name } = newSaga('well');
      await journal.heartbeat(owner, 1);
      await journal.abandoned({ except: [] });
      const listed = (await journal.list({})).rows.find(({ id }) => id !== 'well');
      if (column !== 'status' && column !== 'application') {
        expect(listed?.damage).toBe(`of its row ${column} cannot be read`);
      }
      await journal.leave(owner);
      const claimed = await journal.claim({ owner: 'bert', names: [name], limit: 9 });
      expect(claimed.map(({ id }) => id)).toContain('well');
      for (const { id, epoch } of claimed) {
        const head = '{"type":"parked","reason":"unreadable"}';
        const entry = { seq: 2, at: 1, epoch, head, result: null, context: null };
        const batch = { owner: 'bert', epoch, entries: [entry], status: 'parked' } as const;
        const parked = journal.append({ ref: { name, id }, ...batch, progress: false });
        // Only that of a name that is its own no more is not found by it.
        if (!id.includes('\ufffd')) await parked;
        else await expect(parked).rejects.toMatchObject({ code: 'SAGA_LEASE_LOST' });
      }
      await journal.close();
    },
  );
});
