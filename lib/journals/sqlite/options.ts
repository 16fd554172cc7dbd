import { isObject, namesOf, unknownProblems } from '../../core/definition/index.js';
import { SagaOptionsError } from '../../core/index.js';
import { shown } from '../sql/index.js';
import type { SqliteDriver } from './driver.js';

export interface SqliteJournalOptions {
  /** The database file, created when it is not there, with its folder. */
  readonly file: string;
  /** @default `node:sqlite` where Node has it, else the package libsql */
  readonly driver?: SqliteDriver;
  /**
   * `full`: what was acknowledged survives a power cut. `normal`: faster; it survives a killed process,
   * but a power cut may lose the last acknowledged records, and with them the knowledge of effects that
   * took place. @default 'full'
   */
  readonly synchronous?: 'full' | 'normal';
  /**
   * Where the file is written and read. `main`: in the thread that calls, which stands still while
   * the disk syncs (p99 9 ms with 256 sagas in flight), and is fastest with few. `worker`: in a
   * worker thread, so that the event loop stays free for requests (p99 3 ms); each commit costs a
   * message there and back, a quarter of the rate with one saga at a time, nothing with 256.
   * A worker that dies fails what it was asked with a SagaJournalError; the next call starts another.
   * The thread finds its driver itself, so that `driver` cannot be given. @default 'main'
   */
  readonly thread?: 'main' | 'worker';
  /**
   * Who may read and write the file, where it is made here; `-wal` and `-shm` follow it. An existing
   * file keeps its own. Say `0o660` for processes of one group. @default 0o600
   */
  readonly fileMode?: number;
  /**
   * `auto`: the file is made and its schema brought up to date when the journal is opened. `off`: both must
   * be there, and nothing of it is changed. @default 'auto'
   */
  readonly migrate?: 'auto' | 'off';
  /** How long to wait for another process that is writing to the file, in ms. @default 10_000 */
  readonly busyTimeoutMs?: number;
}

const MAX_BUSY_TIMEOUT_MS = 600_000;
const OPTIONS = namesOf<SqliteJournalOptions>({
  ...{ file: true, driver: true, synchronous: true, thread: true, fileMode: true },
  ...{ busyTimeoutMs: true, migrate: true },
});

function fileProblem(file: unknown): string | undefined {
  // Some drivers remove blanks at its ends, and others do not.
  if (typeof file !== 'string' || file === '' || file.trim() !== file || file.includes('\0')) {
    return `file must be the path of a file (got ${shown(file)})`;
  }
  if (file.startsWith(':memory:') || file.startsWith('file:')) {
    return `file must be the path of a file on disk (got ${shown(file)}); for a journal that nothing survives use memoryJournal()`;
  }
  return undefined;
}

function driverProblem(driver: unknown): string | undefined {
  const open = (driver as { open?: unknown } | null | undefined)?.open;
  if (driver === undefined || typeof open === 'function') return undefined;
  return `driver must be an object with open(file) (got ${shown(driver)}); betterSqlite3(Database) and libsql(Database) make one`;
}

function threadProblem(thread: unknown, driver: unknown): string | undefined {
  if (thread !== 'main' && thread !== 'worker') {
    return `thread must be 'main' or 'worker' (got ${shown(thread)})`;
  }
  if (thread === 'main' || driver === undefined) return undefined;
  return "thread must be 'main' with a driver that is handed in: it cannot cross into a worker thread; leave driver out";
}

function modeProblem(mode: unknown): string | undefined {
  const isMode = Number.isInteger(mode) && (mode as number) >= 0o600 && (mode as number) <= 0o777;
  if (isMode && ((mode as number) & 0o600) === 0o600) return undefined;
  const got = typeof mode === 'number' ? `0o${mode.toString(8)}` : shown(mode);
  return `fileMode must be a mode from 0o600 to 0o777 by which the owner may read and write (got ${got})`;
}

/** @throws SagaOptionsError with everything that is wrong. */
export function checkOptions(
  options: SqliteJournalOptions,
): Required<Omit<SqliteJournalOptions, 'driver'>> {
  if (!isObject(options)) {
    throw new SagaOptionsError(
      `sqliteJournal must be given { file }, the path of its file (got ${shown(options)})`,
    );
  }
  const { file, driver, synchronous = 'full', thread = 'main', busyTimeoutMs = 10_000 } = options;
  const { fileMode = 0o600, migrate = 'auto' } = options;
  const badWait =
    !Number.isInteger(busyTimeoutMs) || busyTimeoutMs < 0 || busyTimeoutMs > MAX_BUSY_TIMEOUT_MS;
  const problems = [
    ...unknownProblems('sqliteJournal', options, OPTIONS),
    fileProblem(file),
    driverProblem(driver),
    synchronous === 'full' || synchronous === 'normal'
      ? undefined
      : `synchronous must be 'full' or 'normal' (got ${shown(synchronous)})`,
    threadProblem(thread, driver),
    modeProblem(fileMode),
    migrate === 'auto' || migrate === 'off'
      ? undefined
      : `migrate must be 'auto' or 'off' (got ${shown(migrate)})`,
    badWait
      ? `busyTimeoutMs must be a whole number of ms from 0 to ${MAX_BUSY_TIMEOUT_MS} (got ${shown(busyTimeoutMs)})`
      : undefined,
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new SagaOptionsError(`sqliteJournal: ${problems.join('; ')}`);
  return { file, synchronous, thread, busyTimeoutMs, fileMode, migrate };
}
