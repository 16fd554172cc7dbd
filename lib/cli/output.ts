import { once } from 'node:events';
import { jsonLine, plain } from './text.js';

/** What the command line has of its process; the same for a test. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly err: NodeJS.WritableStream;
  /** Aborted by Ctrl-C, which whoever asks for it heeds. */
  readonly signal: AbortSignal;
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

export type Style = keyof typeof CODES;

/** A text of ours or of others: it is made safe when it is written. */
export type Cell = string | { readonly text: string; readonly style: Style };

const textOf = (cell: Cell): string => plain(typeof cell === 'string' ? cell : cell.text);

function hasColours({ env, out }: Io): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: none } = env;
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return (none === undefined || none === '') && out.isTTY === true && env['TERM'] !== 'dumb';
}

/** Answers go to the standard output, and all that is said beside them to the standard error. */
export class Output {
  readonly #hasColours: boolean;

  constructor(
    private readonly io: Io,
    readonly isJson: boolean,
    readonly isUtc: boolean,
  ) {
    this.#hasColours = hasColours(io);
  }

  /** One line, of cells beside each other. */
  line(...cells: readonly Cell[]): Promise<void> {
    return this.#write(this.io.out, cells.map((cell) => this.#painted(cell)).join(''));
  }

  /** A text of several lines, each of which is made safe. */
  async lines(text: string): Promise<void> {
    for (const line of text.replace(/\n$/, '').split('\n')) await this.line(line);
  }

  json(value: unknown): Promise<void> {
    return this.#write(this.io.out, jsonLine(value));
  }

  /** Beside the answer, so that a pipe does not get it. */
  note(text: string): Promise<void> {
    return this.#write(this.io.err, plain(text));
  }

  /** Columns as wide as their widest cell; the last one ends where it ends. */
  async table(head: readonly string[], rows: readonly (readonly Cell[])[]): Promise<void> {
    const all: readonly (readonly Cell[])[] = [
      head.map((text) => ({ text, style: 'dim' as const })),
      ...rows,
    ];
    const widths = head.map((_, at) => Math.max(...all.map((row) => textOf(row[at] ?? '').length)));
    for (const row of all) {
      const last = row.findLastIndex((cell) => textOf(cell) !== '');
      const cells = row.slice(0, last + 1).map((cell, at) => {
        const gap = at === last ? '' : ' '.repeat((widths[at] ?? 0) - textOf(cell).length + 2);
        return this.#painted(cell) + gap;
      });
      await this.#write(this.io.out, cells.join(''));
    }
  }

  #painted(cell: Cell): string {
    const text = textOf(cell);
    if (typeof cell === 'string' || !this.#hasColours || text === '') return text;
    const [on, off] = CODES[cell.style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  }

  /** Waits for whoever reads slowly: a long list must not pile up here. */
  async #write(stream: NodeJS.WritableStream, text: string): Promise<void> {
    if (!stream.write(`${text}\n`)) await once(stream, 'drain');
  }
}
