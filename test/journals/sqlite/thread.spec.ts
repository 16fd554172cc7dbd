import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import {
  isSagaError,
  LeaseLostError,
  SagaSerializationError,
  type Journal,
} from 'nestjs-saga-orchestrator/core';
import { sqliteJournal, type SqliteConnection } from 'nestjs-saga-orchestrator/sqlite';
import { journalContract, type JournalHarness } from 'nestjs-saga-orchestrator/testing';
import { findDriver } from '../../../lib/journals/sqlite/find-driver.js';
import { batchOf, newSaga } from '../append-load.js';
import { bundle, startProgram, WORKER_THREAD } from './child-program.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

/** Before each message the thread does what the file `<database>.first` holds, once. */
const OBEDIENT = `
const { parentPort, workerData } = require('node:worker_threads');
const { existsSync, readFileSync, rmSync } = require('node:fs');
parentPort.on('message', () => {
  const order = workerData.file + '.first';
  if (!existsSync(order)) return;
  const text = readFileSync(order, 'utf8');
  rmSync(order);
  (0, eval)(text);
});`;

let mockWorker: URL;

// No thread can run the TypeScript that Jest runs.
jest.mock('../../../lib/journals/sqlite/worker-file.js', () => ({
  ...jest.requireActual('../../../lib/journals/sqlite/worker-file.js'),
  workerFile: () => mockWorker,
  hasWorkerFile: () => true,
}));

const { workerFileBeside } = jest.requireActual<
  typeof import('../../../lib/journals/sqlite/worker-file.js')
>('../../../lib/journals/sqlite/worker-file.js');

const opened: Journal[] = [];

async function openJournal(file: string, busyTimeoutMs = 10_000): Promise<Journal> {
  const journal = sqliteJournal({ file, thread: 'worker', busyTimeoutMs });
  opened.push(journal);
  await journal.open();
  return journal;
}

function newFile(): string {
  return join(tempFolder(), 'sagas.db');
}

/** What the thread does before the next message. */
function order(file: string, program: string): void {
  writeFileSync(`${file}.first`, program);
}

beforeAll(() => {
  mockWorker = pathToFileURL(bundle(WORKER_THREAD, tempFolder(), OBEDIENT));
});

afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
});

afterAll(removeTempFolders);

describe('the SQLite journal in a worker thread', () => {
  const harness = (): JournalHarness => {
    const file = newFile();
    return {
      journal: () => sqliteJournal({ file, thread: 'worker' }),
      pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
      dispose: async () => rmSync(file, { force: true }),
    };
  };
  it.each(journalContract)('$name', ({ run }) => run(harness));
});

describe('the worker thread of a SQLite journal', () => {
  it('is used when it is asked for, and only then', () => {
    const file = 'sagas.db';
    const driver = { name: 'mine', open: (): SqliteConnection => new Libsql(file) as never };
    expect(() => sqliteJournal({ file, thread: 'both' as 'main' })).toThrow(
      "sqliteJournal: thread must be 'main' or 'worker' (got 'both')",
    );
    expect(() => sqliteJournal({ file, thread: 'worker', driver })).toThrow(
      'it cannot cross into a worker thread; leave driver out',
    );
    expect(() => sqliteJournal({ file, thread: 'main', driver })).not.toThrow();
  });

  it('leaves the event loop free while it works', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    order(file, 'for (const end = Date.now() + 600; Date.now() < end; );');
    const writing = journal.create(newSaga('one'));
    const start = performance.now();
    let turns = 0;
    while (performance.now() - start < 300) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      turns += 1;
    }
    expect(turns).toBeGreaterThan(10);
    await writing;
    expect(performance.now() - start).toBeGreaterThan(500);
  });

  it('takes a batch as one message', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    const count = `${file}.messages`;
    order(
      file,
      `let seen = 0; require = process.getBuiltinModule;
       require('node:worker_threads').parentPort.on('message', () => require('node:fs').writeFileSync(${JSON.stringify(count)}, String(++seen)))`,
    );
    await journal.get({ name: 'T', id: 'nobody' });
    await Promise.all(Array.from({ length: 200 }, (_, at) => journal.create(newSaga(`${at}`))));
    const { rows } = await journal.list({ limit: 1_000 });
    expect(rows).toHaveLength(200);
    const messages = Number(readFileSync(count, 'utf8'));
    expect(messages).toBeLessThanOrEqual(3);
  });

  it('tells errors of the class that they had', async () => {
    const file = newFile();
    const journal = await openJournal(file, 50);
    await journal.create(newSaga('one'));
    const lost = journal.append({ ...batchOf('one', 2), owner: 'process-bert' });
    await expect(lost).rejects.toBeInstanceOf(LeaseLostError);
    const refused = journal.create({ ...newSaga('two'), key: 'a\0b' });
    await expect(refused).rejects.toBeInstanceOf(SagaSerializationError);
    await expect(refused).rejects.toMatchObject({
      path: 'key',
      message: expect.stringMatching(/^key holds a NUL/),
    });
    await expect(journal.list({ limit: 0 })).rejects.toMatchObject({ code: 'SAGA_OPTIONS' });

    const other = (await findDriver()).open(file);
    other.exec('BEGIN IMMEDIATE');
    const failure: unknown = await journal.create(newSaga('three')).catch((error) => error);
    other.exec('ROLLBACK');
    other.close();
    expect(isSagaError(failure, 'SAGA_JOURNAL')).toBe(true);
    const { cause, message } = failure as Error;
    expect(message).toContain('locked');
    expect((cause as Error).stack).toContain('worker-thread');
  });

  it('fails what it was asked when it dies, naming the cause; the next call starts another', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    await journal.create(newSaga('one'));
    const deaths: readonly [program: string, told: RegExp][] = [
      ['process.exit(7)', /sagas\.db has lost its worker thread \(exit code 7\); the next call /],
      [
        'throw new Error("worn out")',
        /\(exit code 1\); the next call starts another one: worn out/,
      ],
    ];
    for (const [at, [program, told]] of deaths.entries()) {
      order(file, program);
      const calls = await Promise.allSettled([
        journal.append(batchOf('one', at + 2)),
        journal.get({ name: 'T', id: 'one' }),
      ]);
      for (const call of calls) {
        const { reason } = call as PromiseRejectedResult;
        expect(reason).toMatchObject({
          code: 'SAGA_JOURNAL',
          message: expect.stringMatching(told),
        });
      }
      await journal.append(batchOf('one', at + 2));
    }
    const stored = await journal.load(newSaga('one'));
    expect(stored?.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('writes what it has taken before it closes, and ends', async () => {
    const file = newFile();
    const journal = await openJournal(file);
    const writing = Array.from({ length: 50 }, (_, at) => journal.create(newSaga(`${at}`)));
    const reading = journal.get({ name: 'T', id: 'nobody' });
    await journal.close();
    expect(await Promise.all(writing)).toEqual(Array(50).fill(undefined));
    expect(await reading).toBeUndefined();
    await expect(journal.get(newSaga('1'))).rejects.toThrow('is closed');
    // The last connection has taken the log back into the file.
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('keeps the process for as long as it closes', async () => {
    const folder = tempFolder();
    bundle(
      WORKER_THREAD,
      folder,
      `process.on('exit', () => { for (const end = Date.now() + 300; Date.now() < end; ); });`,
    );
    const program = startProgram(bundle('closer.ts', folder), [join(folder, 'sagas.db')]);
    expect(await program.gone).toBe(0);
    expect(program.lines()).toEqual(['closed']);
  });

  it('tells why it cannot open a file, ends, and can be tried again', async () => {
    const folder = tempFolder();
    const file = join(folder, 'sagas.db');
    writeFileSync(file, 'These are notes, and not a database at all. '.repeat(50));
    const journal = sqliteJournal({ file, thread: 'worker' });
    opened.push(journal);
    await expect(journal.open()).rejects.toThrow(/cannot be opened: .*not a database/);
    rmSync(file);
    await journal.open();
    expect(await journal.create(newSaga('one'))).toBeUndefined();
  });

  it('is looked for beside the file that starts it, in whichever format', () => {
    const folder = tempFolder();
    const program = pathToFileURL(join(folder, 'worker-thread.cjs'));
    expect(() => workerFileBeside(join(folder, 'main.cjs'))).toThrow(
      /needs .*worker-thread\.cjs, which is not there; keep nestjs-saga-orchestrator out of the bundle/,
    );
    writeFileSync(program, '');
    expect(workerFileBeside(join(folder, 'main.cjs'))).toEqual(program);
    expect(workerFileBeside(pathToFileURL(join(folder, 'main.cjs')).href)).toEqual(program);
  });
});
