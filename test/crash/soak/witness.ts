import { createHash } from 'node:crypto';
import { createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { JournalEntry, SagaRow } from 'nestjs-saga-orchestrator/core';
import type { Direction } from '../ledger.js';

/** What a worker saw of a transfer. */
export type Sight = { readonly worker: number } & (
  | { readonly kind: 'call' | 'return'; readonly direction: Direction; readonly label: string }
  /** It took it over. */
  | { readonly kind: 'claimed'; readonly epoch: number }
  /** The journal told the engine that this record is durable. */
  | {
      readonly kind: 'acked';
      readonly seq: number;
      readonly epoch: number;
      readonly digest: string;
    }
  /** The customer was told the end. */
  | { readonly kind: 'answer'; readonly status: string }
);

export function digestOf(head: string): string {
  return createHash('sha1').update(head).digest('base64url').slice(0, 12);
}

/**
 * What the world sees of all transfers: one file, to which all workers append line by line. What
 * stands in it first took place first, whoever wrote it, so it tells what ran after what without
 * trusting the journal.
 */
export class Witness {
  readonly #file: number;

  constructor(
    file: string,
    private readonly worker: number,
  ) {
    this.#file = openSync(file, 'a');
  }

  /** Lets a participant work, and notes when it was asked and when it answered. */
  async asked<T>(
    direction: Direction,
    { sagaId, label }: { readonly sagaId: string; readonly label: string },
    work: () => T | Promise<T>,
  ): Promise<T> {
    this.#note(`${sagaId} ${this.worker} call ${direction} ${label}\n`);
    try {
      return await work();
    } finally {
      this.#note(`${sagaId} ${this.worker} return ${direction} ${label}\n`);
    }
  }

  claimed(rows: readonly SagaRow[]): void {
    this.#note(rows.map(({ id, epoch }) => `${id} ${this.worker} claimed ${epoch}\n`).join(''));
  }

  acked(id: string, entries: readonly JournalEntry[]): void {
    const who = `${id} ${this.worker} acked`;
    const lines = entries.map(
      ({ seq, epoch, head }) => `${who} ${seq} ${epoch} ${digestOf(head)}\n`,
    );
    this.#note(lines.join(''));
  }

  answered(id: string, status: string): void {
    this.#note(`${id} ${this.worker} answer ${status}\n`);
  }

  /** A write this small is done at once or not at all: a kill does not cut it. */
  #note(text: string): void {
    writeSync(this.#file, text);
  }
}

export function sightOf(line: string): Sight {
  const [, number = '', kind = '', ...rest] = line.split(' ');
  const worker = Number(number);
  const [first = '', second = '', third = ''] = rest;
  if ((kind === 'call' || kind === 'return') && rest.length === 2)
    return { worker, kind, direction: first as Direction, label: second };
  if (kind === 'acked' && rest.length === 3)
    return { worker, kind, seq: Number(first), epoch: Number(second), digest: third };
  if (kind === 'claimed' && rest.length === 1) return { worker, kind, epoch: Number(first) };
  if (kind === 'answer' && rest.length === 1) return { worker, kind, status: first };
  throw new Error(`The witness wrote what nobody can read: ${line}`);
}

/** The lines of every transfer, in their order. */
export async function testimonies(file: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const id = line.slice(0, line.indexOf(' '));
    const mine = found.get(id);
    if (mine === undefined) found.set(id, [line]);
    else mine.push(line);
  }
  return found;
}
