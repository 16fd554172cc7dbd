import type { Rule } from './rule.js';
import { kills } from './cases.js';
import { ofType } from './history.js';
import type { LedgerLine } from './ledger.js';
import { ATTEMPTS } from './saga-under-test.js';
import { labelsOf } from './scenarios.js';

type Way = 'do' | 'undo';

const WAYS: readonly Way[] = ['do', 'undo'];
const BEGINS = { do: 'started', undo: 'undo-started' } as const;
const ENDS = { do: 'done', undo: 'undone' } as const;

function count(lines: readonly LedgerLine[], kind: string, way: Way, label: string): number {
  return lines.filter(
    (line) =>
      line.kind === kind && 'direction' in line && line.direction === way && line.label === label,
  ).length;
}

const netEffects: Rule = ({ row, lines }, { scenario }) =>
  labelsOf(scenario).flatMap((label) => {
    const did = count(lines, 'effect', 'do', label);
    const undid = count(lines, 'effect', 'undo', label);
    return [
      did > 1 && `${label} took effect ${did} times`,
      undid > 1 && `undo ${label} took effect ${undid} times`,
      row?.status === 'completed' &&
        did - undid !== 1 &&
        `is completed, but ${label} has ${did - undid} net effects`,
      row?.status === 'compensated' &&
        did !== undid &&
        `is compensated, but ${label} has a net effect`,
      row === undefined && did + undid > 0 && `is unknown, but ${label} took effect`,
    ];
  });

const everyEffectIsSettled: Rule = (history, { scenario }) =>
  history.row?.status === 'parked'
    ? labelsOf(scenario).map((label, i) => {
        const did = count(history.lines, 'effect', 'do', label);
        const undid = count(history.lines, 'effect', 'undo', label);
        const owed = ofType(history, 'compensating').length > 0 && scenario.undoFailsAt !== i + 1;
        return owed && did !== undid && `is parked while compensating, but ${label} was not undone`;
      })
    : [];

const nothingTwice: Rule = ({ lines }) => {
  const ended = new Set<string>();
  let turned = false;
  return lines.map((line) => {
    if (line.kind === 'acked') {
      const { type, label } = JSON.parse(line.head) as { type: string; label?: string };
      if (type === 'compensating') turned = true;
      if (type === ENDS.do || type === ENDS.undo) ended.add(`${type} ${label}`);
      return undefined;
    }
    if (line.kind === 'fault') return line.text;
    if (line.kind !== 'call' || line.direction === 'probe') return undefined;
    const { direction, label } = line;
    if (turned && direction === 'do') return `do ${label} was called after compensation began`;
    const end = ENDS[direction];
    return (
      ended.has(`${end} ${label}`) && `${direction} ${label} was called after its ${end} record`
    );
  });
};

const intentBeforeEffect: Rule = (history, own) =>
  labelsOf(own.scenario).flatMap((label) =>
    WAYS.flatMap((direction) => {
      const calls = count(history.lines, 'call', direction, label);
      const begun = ofType(history, BEGINS[direction], label).length;
      const flaky = own.scenario.flakyAt !== undefined;
      const attempts = direction === 'do' && !flaky ? 1 : ATTEMPTS[direction];
      const most = attempts * (1 + kills(own));
      const what = `calls of ${direction} ${label}`;
      return [
        calls > begun && `${calls} ${what}, but ${begun} records of an intent`,
        calls > most && `${calls} ${what}, but ${attempts} attempts and ${kills(own)} crashes`,
      ];
    }),
  );

const neverRepeated: Rule = ({ lines }, { scenario: { once, probed, steps, name } }) =>
  once === true && probed !== true
    ? labelsOf({ name, steps }).map((label) => {
        const calls = count(lines, 'call', 'do', label);
        return calls > 1 && `${label} must not be repeated, and was called ${calls} times`;
      })
    : [];

/** What the outside world may see of a saga. */
export const RULES_OF_EFFECTS: readonly Rule[] = [
  netEffects,
  everyEffectIsSettled,
  nothingTwice,
  intentBeforeEffect,
  neverRepeated,
];
