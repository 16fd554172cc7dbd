import type { Rewriter } from '../../core/index.js';
import { packEntries, unpack } from './packing.js';

/** Of one saga, as it stands in its rows; `undefined`: the bytes are no text. */
export interface StoredTexts {
  readonly input: string | undefined;
  readonly appends: readonly (string | undefined)[];
}

export interface Replacement {
  readonly from: string;
  readonly to: string;
}

export interface AppendReplacement extends Replacement {
  /** Of the last record of the append: the key of its row. */
  readonly seq: number;
}

/** What is to be written in the place of what; whatever is not as it was read stays. */
export interface Replacements {
  readonly input: Replacement | null;
  readonly appends: readonly AppendReplacement[];
}

export interface Rewritten extends Replacements {
  /** How many appends cannot be read. */
  readonly unreadable: number;
}

function replacement(from: string, to: string): readonly Replacement[] {
  return from === to ? [] : [{ from, to }];
}

export function rewritten({ input, appends }: StoredTexts, rewriter: Rewriter): Rewritten {
  const changed: AppendReplacement[] = [];
  let unreadable = 0;
  for (const from of appends) {
    try {
      const entries = unpack(from);
      const anew = entries.map((entry) => rewriter.entry(entry));
      // Not by their text: it may have been packed by another version, and mean the same.
      const isSame = anew.every((entry, at) => {
        const { head, result, context } = entries[at]!;
        return entry.head === head && entry.result === result && entry.context === context;
      });
      const { seq = 0 } = entries.at(-1) ?? {};
      if (!isSame) changed.push({ seq, from: from as string, to: packEntries(anew) });
    } catch {
      unreadable += 1;
    }
  }
  const [first = null] = input === undefined ? [] : replacement(input, rewriter.input(input));
  return { input: first, appends: changed, unreadable: unreadable + (input === undefined ? 1 : 0) };
}
