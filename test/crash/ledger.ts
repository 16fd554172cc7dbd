import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often it is read by who waits for another process. */
const POLL_MS = 10;

export type Direction = 'do' | 'undo' | 'probe';

/** One line of a saga's ledger. All its processes write to the same file, one after the other. */
export type LedgerLine =
  /** A process begins; the one before it, if any, is gone. */
  | { kind: 'process' }
  /** Somebody asked a participant for something; written before anything else happens. */
  | { kind: 'call'; direction: Direction; label: string; attempt: number }
  /** The participant has answered. */
  | { kind: 'return'; direction: Direction; label: string }
  /** It took effect. */
  | { kind: 'effect'; direction: 'do' | 'undo'; label: string }
  /** An undo of what never came: the action is refused should it still arrive. */
  | { kind: 'closed'; label: string }
  /** The journal told the engine that this record is durable. */
  | { kind: 'acked'; seq: number; head: string }
  /** The caller was told that the saga is accepted. */
  | { kind: 'accepted' }
  /** The caller was told the end. */
  | { kind: 'answer'; status: string }
  /** The journal told somebody who is not the owner that his request to cancel is durable. */
  | { kind: 'cancel-requested' }
  /** Who cancelled or terminated it was told that it will be; or else why not. */
  | { kind: 'told'; act: 'cancel' | 'terminate'; answer: string }
  /** The process that acted on it from elsewhere is gone. */
  | { kind: 'actor-gone' }
  /** What a step saw was not what it must see. */
  | { kind: 'fault'; text: string };

/**
 * What the outside world knows of one saga: an fsynced file that only grows. Because calls, effects
 * and acknowledgements stand in it in the order in which they happened, over all processes, it tells
 * what ran after what without trusting the journal.
 */
export class Ledger {
  constructor(private readonly file: string) {}

  get lines(): readonly LedgerLine[] {
    if (!existsSync(this.file)) return [];
    const text = readFileSync(this.file, 'utf8').trimEnd();
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as LedgerLine);
  }

  /** Resolves when that stands in it: another process may write it. */
  async until(isThere: (lines: readonly LedgerLine[]) => boolean): Promise<void> {
    while (!isThere(this.lines)) await sleep(POLL_MS);
  }

  write(...lines: readonly LedgerLine[]): void {
    const file = openSync(this.file, 'a');
    try {
      writeSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  hasEffect(direction: 'do' | 'undo', label: string): boolean {
    return this.lines.some(
      (line) => line.kind === 'effect' && line.direction === direction && line.label === label,
    );
  }

  isClosed(label: string): boolean {
    return this.lines.some((line) => line.kind === 'closed' && line.label === label);
  }
}
