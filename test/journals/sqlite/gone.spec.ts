import { randomUUID } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineSaga, type Journal } from 'nestjs-saga-orchestrator/core';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { ManualClock } from '../../support/manual-clock.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { rejectionOf } from '../../support/shop.js';
import { batchOf, newSaga } from '../append-load.js';
import { bundle, WORKER_THREAD } from './child-program.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

/** Before each message the thread dies when there is a file `<database>.die`. */
const MORTAL = `
const { parentPort, workerData } = require('node:worker_threads');
const { existsSync, rmSync } = require('node:fs');
parentPort.on('message', () => {
  if (!existsSync(workerData.file + '.die')) return;
  rmSync(workerData.file + '.die');
  process.exit(7);
});`;

let mockWorker: URL;

// No thread can run the TypeScript that Jest runs.
jest.mock('../../../lib/journals/sqlite/worker-file.js', () => ({
  ...jest.requireActual('../../../lib/journals/sqlite/worker-file.js'),
  workerFile: () => mockWorker,
}));

beforeAll(() => {
  mockWorker = pathToFileURL(bundle(WORKER_THREAD, tempFolder(), MORTAL));
});

const opened: Journal[] = [];
async function openJournal(file: string, thread: 'main' | 'worker'): Promise<Journal> {
  const journal = sqliteJournal({ file, thread });
  opened.push(journal);
  await journal.open();
  return journal;
}
const cwd = process.cwd();
afterEach(async () => {
  process.chdir(cwd);
  for (const journal of opened.splice(0)) await journal.close();
});
afterAll(removeTempFolders);

const newFile = (): string => join(tempFolder(), 'data', 'sagas.db');
const beat = (journal: Journal): Promise<unknown> => journal.heartbeat('anna', 60_000);

/** What people do to files, and what the journal says of which of them. */
const DEEDS: readonly (readonly [what: string, deed: (file: string) => void, told: RegExp])[] = [
  ['deleted', (file) => rmSync(file), /sagas\.db' was deleted or moved/],
  ['moved away', (file) => renameSync(file, `${file}.old`), /sagas\.db' was deleted or moved/],
  [
    'copied, deleted and copied back',
    (file) => {
      copyFileSync(file, `${file}.copy`);
      rmSync(file);
      copyFileSync(`${file}.copy`, file);
    },
    /sagas\.db' was replaced by another file/,
  ],
  [
    'replaced by another one that is moved in its place',
    (file) => {
      writeFileSync(`${file}.new`, '');
      renameSync(`${file}.new`, file);
    },
    /sagas\.db' was replaced by another file/,
  ],
  ['left without its log', (file) => rmSync(`${file}-wal`), /sagas\.db-wal' was deleted or moved/],
  [
    'given another log',
    (file) => {
      rmSync(`${file}-wal`);
      writeFileSync(`${file}-wal`, '');
    },
    /sagas\.db-wal' was replaced by another file/,
  ],
  [
    'left without the index of its log',
    (file) => rmSync(`${file}-shm`),
    /sagas\.db-shm' was deleted or moved/,
  ],
  [
    'deleted with its whole folder',
    (file) => rmSync(dirname(file), { recursive: true }),
    /sagas\.db' was deleted or moved/,
  ],
  [
    'in a folder that another one has taken the place of',
    (file) => {
      const folder = dirname(file);
      renameSync(folder, `${folder}.old`);
      cpSync(`${folder}.old`, folder, { recursive: true });
    },
    /sagas\.db' was replaced by another file/,
  ],
];

describe.each(['main', 'worker'] as const)('an open SQLite file (thread: %s)', (thread) => {
  it.each(DEEDS)('that is %s is noticed at the next heartbeat', async (_, deed, told) => {
    const file = newFile();
    const journal = await openJournal(file, thread);
    await journal.create(newSaga('one'));
    await beat(journal);
    deed(file);
    const failure = await rejectionOf(beat(journal));
    expect(failure).toMatchObject({ code: 'SAGA_JOURNAL' });
    expect((failure as Error).message).toMatch(told);
    expect((failure as Error).message).toContain('stop all processes that use it');
    for (const call of [
      () => journal.create(newSaga('two')),
      () => journal.append(batchOf('one', 2)),
      () => journal.get(newSaga('one')),
      () => journal.list({}),
      () => beat(journal),
    ]) {
      expect(await rejectionOf(call())).toMatchObject({ message: (failure as Error).message });
    }
  });

  it('that is moved back goes on, with all that was in it', async () => {
    const file = newFile();
    const folder = dirname(file);
    const journal = await openJournal(file, thread);
    await journal.create(newSaga('one'));
    renameSync(folder, `${folder}.old`);
    await rejectionOf(beat(journal));
    renameSync(`${folder}.old`, folder);
    await journal.append(batchOf('one', 2));
    await beat(journal);
    expect((await journal.load(newSaga('one')))?.entries).toHaveLength(2);
  });

  it('raises no false alarm: relative paths, links, checkpoints, VACUUM, other users that come and go', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'linked'));
    symlinkSync('sagas.db', join(folder, 'real', 'link.db'));
    process.chdir(folder);
    const relative = await openJournal('real/sagas.db', thread);
    process.chdir(cwd);
    const linked = await openJournal(join(folder, 'linked', 'link.db'), 'main');
    expect(existsSync(join(folder, 'real', 'sagas.db-wal'))).toBe(true);
    const other = sqliteJournal({ file: join(folder, 'real', 'sagas.db') });
    await other.open();
    await other.create(newSaga('one'));
    await other.close();
    const { default: Libsql } = await import('libsql');
    const tool = new Libsql(join(folder, 'real', 'sagas.db'));
    tool.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    tool.exec('VACUUM');
    tool.close();
    for (const journal of [relative, linked]) {
      await beat(journal);
      expect((await journal.load(newSaga('one')))?.entries).toHaveLength(1);
    }
  });

  it('behind a link that is led elsewhere is noticed', async () => {
    const folder = tempFolder();
    for (const name of ['one.db', 'two.db']) writeFileSync(join(folder, name), '');
    const link = join(folder, 'sagas.db');
    symlinkSync('one.db', link);
    const journal = await openJournal(link, thread);
    rmSync(link);
    symlinkSync('two.db', link);
    await expect(beat(journal)).rejects.toThrow(/sagas\.db' was replaced/);
  });

  it('may be deleted once it was closed', async () => {
    const file = newFile();
    const journal = await openJournal(file, thread);
    await journal.create(newSaga('one'));
    await journal.close();
    rmSync(file);
    await journal.open();
    expect(await journal.get(newSaga('one'))).toBeUndefined();
    await beat(journal);
  });
});

describe('a SQLite file', () => {
  it('that was deleted is not made anew by the thread that follows one that died', async () => {
    const file = newFile();
    const journal = await openJournal(file, 'worker');
    await journal.create(newSaga('one'));
    writeFileSync(`${file}.die`, '');
    await rejectionOf(journal.get(newSaga('one')));
    renameSync(file, `${file}.old`);
    await expect(journal.create(newSaga('two'))).rejects.toThrow(/was deleted or moved/);
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.old`, file);
    await journal.append(batchOf('one', 2));
  });

  it('that is gone is an ERROR, stops new starts, and in the end the sagas that run', async () => {
    const file = newFile();
    const clock = new ManualClock();
    const logger = new RecordingLogger();
    const engine = new InProcessEngine({
      journal: sqliteJournal({ file }),
      logger,
      leaseMs: 9_000,
      environment: { clock, ids: randomUUID, random: Math.random },
    });
    const plan = defineSaga('Wait', [
      {
        label: 'Hang',
        action: ({ signal }) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        pivot: true,
      },
    ]);
    engine.register(plan);
    await engine.recover();
    const running = await engine.start(plan, {}, { id: 'w-1' });
    const ended = rejectionOf(running.result());
    rmSync(file);
    await clock.advance(3_000);
    while (logger.messages('error').length === 0) await new Promise(setImmediate);
    expect(logger.messages('error')[0]).toMatch(/heartbeat of this process failed/);
    expect(JSON.stringify(logger.lines)).toMatch(/sagas\.db' was deleted or moved/);
    const refused = await rejectionOf(engine.start(plan, {}, { id: 'w-2' }));
    expect(refused).toMatchObject({ code: 'SAGA_JOURNAL' });
    for (let beats = 0; beats < 3; beats += 1) {
      await clock.advance(3_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await ended).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    await engine.close().catch(() => undefined);
  });
});
