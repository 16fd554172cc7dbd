import { PassThrough } from 'node:stream';
import { run } from '../../lib/cli/run.js';

export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  /** Of `--json`: each line parsed. */
  readonly lines: readonly any[];
}

function sink(isTTY: boolean): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

export interface Setting {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
}

/** What the program says to these words, in this process. */
export async function saga(words: readonly string[], setting: Setting = {}): Promise<Said> {
  const { env = {}, isTTY = false, signal = new AbortController().signal } = setting;
  const [out, err] = [sink(isTTY), sink(false)];
  const exit = await run(words, { env, out: out.stream, err: err.stream, signal });
  const text = out.text();
  const lines = words.includes('--json')
    ? text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown)
    : [];
  return { exit, out: text, err: err.text(), lines };
}
