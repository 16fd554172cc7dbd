import { realpathSync, statSync } from 'node:fs';
import { SagaJournalError } from '../../core/index.js';
import { shown } from '../sql/index.js';

/** The log and its index. Both belong to the open file: without them nobody knows what it holds. */
const BESIDE = ['-wal', '-shm'] as const;

/** What no other file has while it is open; `undefined` where there is none. */
export function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** Says what became of a file that was open. */
export function changedFile(description: string, path: string): SagaJournalError {
  const what = identityOf(path) === undefined ? 'deleted or moved' : 'replaced by another file';
  return new SagaJournalError(
    `The journal ${description} is stopped: ${shown(path)} was ${what} while it was open, and what is written ` +
      'now would be lost; move it back, or stop all processes that use it, put the file that is to count ' +
      'in its place, with its -wal, and start them again',
  );
}

/**
 * Whether the files that SQLite has open are still those at their paths. It does not look by itself:
 * what is written after they were deleted or replaced is acknowledged, and gone with the process.
 */
export class FileWatch {
  readonly #opened: readonly (readonly [path: string, identity: string])[];
  #problem: SagaJournalError | undefined;

  /** For a file that is open, and was read. A driver may keep its log elsewhere: it is not watched then. */
  constructor(
    file: string,
    private readonly description: string,
  ) {
    const real = realpathSync(file);
    // As it was given: a link may be led elsewhere.
    const paths = [file, ...BESIDE.map((ending) => `${real}${ending}`)];
    this.#opened = paths.flatMap((path) => {
      const identity = identityOf(path);
      return identity === undefined ? [] : [[path, identity] as const];
    });
  }

  /** Costs a look at three paths. @throws SagaJournalError when one is deleted, moved or replaced */
  look(): void {
    const [changed] = this.#opened.filter(([path, identity]) => {
      try {
        return identityOf(path) !== identity;
      } catch {
        // What cannot be looked at is not known to have changed.
        return false;
      }
    });
    this.#problem = changed && changedFile(this.description, changed[0]);
    if (this.#problem !== undefined) throw this.#problem;
  }

  /** Costs nothing unless the last look threw: then it is looked again. @throws SagaJournalError */
  check(): void {
    if (this.#problem !== undefined) this.look();
  }
}
