import { ofType } from './history.js';
import type { LedgerLine } from './ledger.js';
import type { Rule } from './rule.js';

/** The record that each becomes, in words and as it stands in the journal. */
const RECORDS = {
  cancel: (history: Parameters<Rule>[0]) => ofType(history, 'cancel-requested'),
  terminate: (history: Parameters<Rule>[0]) => ofType(history, 'manual'),
} as const;

/** What was accepted is a record, and what was refused is none. */
const toldIsTrue: Rule = (history) =>
  history.lines.map((line) => {
    if (line.kind !== 'told') return undefined;
    const { act, answer } = line;
    const isRecord = RECORDS[act](history).length > 0;
    if (answer === 'accepted') return !isRecord && `its ${act} was accepted, and is no record`;
    return isRecord && `its ${act} was refused (${answer}), and is a record`;
  });

function isAction(line: LedgerLine): boolean {
  return line.kind === 'call' && line.direction === 'do';
}

/** The owner learns of a request at its next write, and whoever comes after it at its take-over. */
const cancelIsHeard: Rule = (history) => {
  const requested = history.lines.findIndex(({ kind }) => kind === 'cancel-requested');
  if (requested < 0) return [];
  const after = history.lines.slice(requested);
  const written = after.slice(after.findIndex(({ kind }) => kind === 'acked'));
  const late = after.some(({ kind }) => kind === 'acked') ? written.find(isAction) : undefined;
  return [
    ofType(history, 'cancel-requested').length === 0 &&
      'a request to cancel it was written, and lost',
    late?.kind === 'call' &&
      `do ${late.label} was called after a cancel that its owner had to learn of`,
  ];
};

/** What becomes of what others do to a saga. */
export const RULES_OF_ACTS: readonly Rule[] = [toldIsTrue, cancelIsHeard];
