import type { Call } from './call.js';
import type { Exit } from './exit.js';

export interface Option {
  readonly type: 'string' | 'boolean';
  /** It may be given several times. */
  readonly multiple?: true;
  /** What stands for its value in the help: `<name>`. */
  readonly value?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** One command: what may be given to it, and what it does. */
export interface Command {
  /** Its first word, or words: 'plan diff'. */
  readonly name: string;
  /** What stands behind them: `<name> <id>`; in brackets what may be left out. */
  readonly args: readonly string[];
  readonly summary: string;
  readonly options: Options;
  readonly run: (call: Call) => Promise<Exit>;
}
