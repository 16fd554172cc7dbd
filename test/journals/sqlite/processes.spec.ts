import { join } from 'node:path';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal, type SqliteConnection } from 'nestjs-saga-orchestrator/sqlite';
import { findDriver } from '../../../lib/journals/sqlite/find-driver.js';
import { bundle, startProgram, WORKER_THREAD } from './child-program.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

let program: string;
const opened: Journal[] = [];

async function openJournal(file: string, busyTimeoutMs = 10_000): Promise<Journal> {
  const journal = sqliteJournal({ file, busyTimeoutMs });
  opened.push(journal);
  await journal.open();
  return journal;
}

function sagaOf(name: string, id: string, owner: string) {
  const entry = { seq: 1, at: 0, epoch: 1, head: '{}', result: null, context: null };
  return {
    ...{ name, id, version: 1, fingerprint: 'f', status: 'running' as const, key: null },
    ...{ tags: {}, deadline: null, input: '{}', owner, entries: [entry] },
  };
}

/** id → the last seq that was acknowledged. */
function acknowledged(lines: readonly string[]): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const line of lines) {
    const [what, id = '', seq = '3'] = line.split(' ');
    if (what === 'created' || what === 'appended') last.set(id, Number(seq));
  }
  return last;
}

async function seqsOf(journal: Journal, id: string): Promise<readonly number[]> {
  return (await journal.load({ name: 'T', id }))?.entries.map(({ seq }) => seq) ?? [];
}

/** Of the same library: two that share a process would not see each other's locks. */
async function otherConnection(file: string): Promise<SqliteConnection> {
  return (await findDriver()).open(file);
}

beforeAll(() => {
  const folder = tempFolder();
  program = bundle('writer.ts', folder);
  bundle(WORKER_THREAD, folder);
});

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
});

afterAll(removeTempFolders);

describe('the SQLite journal in several processes', () => {
  it.each(['main', 'worker'])(
    'survives kill -9 at any moment in the %s thread: what was acknowledged is there, and nothing is torn',
    async (thread) => {
      const file = join(tempFolder(), 'sagas.db');
      for (const round of [1, 2, 3, 4, 5, 6]) {
        const owner = `victim-${round}`;
        const writer = startProgram(program, [file, owner, '8', '0', thread]);
        await writer.said('appended');
        await new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 60));
        writer.process.kill('SIGKILL');
        expect(await writer.gone).toBe('SIGKILL');

        const journal = await openJournal(file);
        const last = acknowledged(writer.lines());
        expect(last.size).toBeGreaterThan(0);
        for (const [id, seq] of last) {
          const seqs = await seqsOf(journal, id);
          expect(seqs.length).toBeGreaterThanOrEqual(seq);
          expect(seqs).toEqual(seqs.map((_, index) => index + 1));
          // Three records when it was created, two with every append: half of one would be odd.
          expect((seqs.length - 3) % 2).toBe(0);
        }
        // Its lease has run out: all of it can be resumed.
        const rows = await journal.claim({ owner: `heir-${round}`, names: ['T'], limit: 100 });
        expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining([...last.keys()]));
        await journal.heartbeat(`heir-${round}`, 3_600_000);
      }
    },
  );

  it('lets two processes write to one file at once, and claim without sharing', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const journal = await openJournal(file);
    const orphans = Array.from({ length: 40 }, (_, index) => `orphan-${index}`);
    await Promise.all(orphans.map((id) => journal.create(sagaOf('Orphan', id, 'gone'))));

    const writers = ['anna', 'bert'].map((owner) =>
      startProgram(program, [file, owner, '10', '20']),
    );
    // This process writes as well, meanwhile.
    for (let made = 0; made < 30; made++) await journal.create(sagaOf('Mine', `${made}`, 'me'));
    expect(await Promise.all(writers.map(({ gone }) => gone))).toEqual([0, 0]);

    for (const { lines } of writers) {
      const last = acknowledged(lines());
      expect(last.size).toBe(10);
      for (const id of last.keys()) {
        expect(await seqsOf(journal, id)).toEqual(Array.from({ length: 43 }, (_, n) => n + 1));
      }
    }
    const claimed = writers.flatMap(({ lines }) =>
      lines()
        .filter((line) => line.startsWith('claimed '))
        .map((line) => line.slice('claimed '.length)),
    );
    // Leases of 1 ms: the second one may take over what the first one has claimed and left behind.
    expect(new Set(claimed)).toEqual(new Set(orphans));
    for (const id of orphans) {
      const row = await journal.get({ name: 'Orphan', id });
      expect(row?.epoch).toBe(1 + claimed.filter((one) => one === id).length);
    }
    expect((await journal.list({ name: 'Mine' })).rows).toHaveLength(30);
  });

  it('waits for a process that is writing, and tells a journal error when that takes too long', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const [patient, hasty] = [await openJournal(file), await openJournal(file, 50)];
    const other = await otherConnection(file);
    other.exec('BEGIN IMMEDIATE');
    const waiting = patient.create(sagaOf('T', 'patient', 'me'));
    await expect(hasty.create(sagaOf('T', 'hasty', 'me'))).rejects.toMatchObject({
      code: 'SAGA_JOURNAL',
      message: expect.stringContaining('locked'),
    });
    // Nobody who only reads has to wait.
    expect(await hasty.get({ name: 'T', id: 'patient' })).toBeUndefined();
    other.exec('ROLLBACK');
    await waiting;
    other.close();
    expect(await seqsOf(hasty, 'patient')).toEqual([1]);
    expect(await hasty.get({ name: 'T', id: 'hasty' })).toBeUndefined();
    // It was only that moment.
    await hasty.create(sagaOf('T', 'hasty', 'me'));
  });

  it.each([{ errcode: 15 }, { rawCode: 15 }, { code: 'SQLITE_PROTOCOL' }])(
    'waits for a process that was stopped with its hands on the index of the log: %j',
    async (fields) => {
      const { open, name } = await findDriver();
      let stopped = 0;
      const reading = (connection: SqliteConnection): SqliteConnection => ({
        exec: (sql) => connection.exec(sql),
        close: () => connection.close(),
        prepare: (sql) => {
          const statement = connection.prepare(sql);
          const perhapsStopped = () => {
            if ((stopped -= 1) >= 0) throw Object.assign(new Error('locking protocol'), fields);
          };
          return {
            run: (...values) => statement.run(...values),
            all: (...values) => (perhapsStopped(), statement.all(...values)),
            get: (...values) => (perhapsStopped(), statement.get(...values)),
          };
        },
      });
      const driver = { name, open: (path: string) => reading(open(path)) };
      const journal = sqliteJournal({ file: join(tempFolder(), 'sagas.db'), driver });
      opened.push(journal);
      await journal.open();
      await journal.create(sagaOf('T', 'one', 'me'));
      stopped = 2;
      expect(await seqsOf(journal, 'one')).toEqual([1]);
      expect(stopped).toBeLessThan(0);
    },
  );

  it('does not hold up the event loop while it waits', async () => {
    const file = join(tempFolder(), 'sagas.db');
    const journal = await openJournal(file);
    const other = await otherConnection(file);
    other.exec('BEGIN IMMEDIATE');
    const waiting = journal.create(sagaOf('T', 'one', 'me'));
    let longest = 0;
    for (let turn = 0, before = performance.now(); turn < 40; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }
    other.exec('ROLLBACK');
    other.close();
    await waiting;
    expect(longest).toBeLessThan(500);
  });
});
