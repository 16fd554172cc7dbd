import type { Run } from './run.js';

/** Records on their way to the journal in a transaction: until its end nobody may number others. */
interface Commit {
  readonly ended: Promise<void>;
  readonly waiting: (() => void)[];
}

const commits = new WeakMap<Run, Commit>();

/** From now on signals to the run wait, until what this returns is called. */
export function holdSignals(run: Run): () => void {
  let resolve!: () => void;
  const ended = new Promise<void>((done) => (resolve = done));
  const commit: Commit = { ended, waiting: [] };
  commits.set(run, commit);
  return () => {
    if (commits.get(run) !== commit) return;
    commits.delete(run);
    for (const act of commit.waiting) act();
    resolve();
  };
}

/** Resolves when the run takes signals again; `undefined`: it does. */
export function heldSignals(run: Run): Promise<void> | undefined {
  return commits.get(run)?.ended;
}

/** Whether the signal has to wait; it is acted upon later then. */
export function actLater(run: Run, act: () => void): boolean {
  const commit = commits.get(run);
  commit?.waiting.push(act);
  return commit !== undefined;
}
