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

/** The program in this process, while it runs. */
export interface Running {
  /** The first line that it writes; rejects where it ends without one. */
  readonly first: Promise<string>;
  readonly ended: Promise<Said>;
}

export function begun(words: readonly string[], setting: Setting = {}): Running {
  const { env = {}, isTTY = false, signal = new AbortController().signal } = setting;
  const [out, err] = [sink(isTTY), sink(false)];
  const io = { env, out: out.stream, err: err.stream, signal };
  const ended = run(words, io).then((exit) => {
    const text = out.text();
    const lines = words.includes('--json')
      ? text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as unknown)
      : [];
    return { exit, out: text, err: err.text(), lines };
  });
  const first = new Promise<string>((resolve, reject) => {
    out.stream.once('data', () => resolve(out.text().split('\n', 1)[0] ?? ''));
    void ended.then((said) => reject(new Error(`It ended: ${said.err}`)));
  });
  first.catch(() => undefined);
  return { first, ended };
}

/** What the program says to these words. */
export function saga(words: readonly string[], setting: Setting = {}): Promise<Said> {
  return begun(words, setting).ended;
}
