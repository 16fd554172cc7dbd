import { INVARIANTS, violationsOf } from '../support/oracle.js';
import { planOf } from '../support/trace.js';
import { isPoisoned, kills, RECOVERY_LIMIT } from './cases.js';
import { expectedEnd } from './expected-end.js';
import { endBy, ofType, type Recorded } from './history.js';
import type { Rule } from './rule.js';
import { NOBODY, sagaUnderTest } from './saga-under-test.js';
import { labelsOf } from './scenarios.js';
import { traceOf } from './trace-of.js';

const TERMINAL = ['completed', 'compensated', 'parked'];

/** What is known of a saga that nobody ever had: who has looked for it, and was told so. */
const BESIDE = ['process', 'told', 'actor-gone'];

const accepted: Rule = ({ row, lines }) => [
  row === undefined &&
    lines.some(({ kind }) => !BESIDE.includes(kind)) &&
    'was accepted or began to work, and is not in the journal',
];

const journalIsWhole: Rule = ({ records, row }) => [
  ...records.map(({ seq }, i) => seq !== i + 1 && `record ${i + 1} has seq ${seq}`),
  ...records.map(({ epoch, seq }, i) => {
    const before = records[i - 1]?.epoch ?? 1;
    return epoch < before && `record ${seq} has epoch ${epoch} after ${before}`;
  }),
  row !== undefined && (records.at(-1)?.epoch ?? 1) > row.epoch && 'has a record of a later epoch',
];

const acknowledgedIsKept: Rule = ({ records, lines }) =>
  lines.map(
    (line) =>
      line.kind === 'acked' &&
      records[line.seq - 1]?.head !== line.head &&
      `record ${line.seq} was acknowledged and is not in the journal: ${line.head}`,
  );

const oneEnd: Rule = ({ records, row }) => {
  if (row === undefined) return [];
  const ends = records.filter((record) => endBy(record) !== undefined);
  const [end] = ends;
  if (end === undefined) return [`is not at rest: ${row.status}`];
  const was = endBy(end);
  return [
    ends.length > 1 && `ended ${ends.length} times`,
    records.at(-1) !== end && `went on after it was ${was}`,
    row.status !== was && `is listed as ${row.status} and was ${was}`,
  ];
};

const expectedStatus: Rule = (history, own) => {
  if (history.row === undefined) return [];
  const expected = expectedEnd(own, history);
  const reason = ofType(history, 'parked')[0]?.reason;
  return [
    (history.row.status !== expected.status || reason !== expected.reason) &&
      `is ${history.row.status} ${reason ?? ''}, not ${expected.status} ${expected.reason ?? ''}`,
  ];
};

const orderOfRecords: Rule = ({ records }) => {
  const starts = [...new Set(records.filter(({ type }) => type === 'started').map((r) => r.label))];
  const done = new Set<string | undefined>();
  let turned = false;
  let open: Recorded | undefined;
  let undone = starts.length;
  return records.map((record) => {
    const { type, label } = record;
    if (type === 'compensating') turned = true;
    if (type === 'done' || type === 'undone') done.add(`${type} ${label}`);
    if (type === 'recovered' || type === 'undone' || type === 'undo-failed') open = undefined;
    if (type === 'started' && turned) return `${label} started after compensation began`;
    if (type === 'started' && done.has(`done ${label}`))
      return `${label} started after it was done`;
    if (type !== 'undo-started') return undefined;
    const index = starts.indexOf(label);
    const before = open;
    const turn = index <= undone;
    open = record;
    undone = index;
    if (before !== undefined) return `undo ${label} began while undo ${before.label} ran`;
    if (done.has(`undone ${label}`)) return `undo ${label} began after it was undone`;
    return !turn && `undo ${label} began out of order`;
  });
};

const recoveriesAreCounted: Rule = ({ records, row }, own) => {
  const recovered = records.filter(({ type }) => type === 'recovered').length;
  // Who acts on it takes it over without a crash, too.
  const most = kills(own) + Number(own.scenario.elsewhere !== undefined);
  return [
    recovered > most && `was taken over ${recovered} times for ${kills(own)} crashes`,
    (row?.recoveries ?? 0) > RECOVERY_LIMIT &&
      !isPoisoned(own) &&
      `has ${row?.recoveries} recoveries without progress`,
  ];
};

/** Whoever waits, or asks again, is told what the journal says. */
const answersAreTrue: Rule = ({ row, lines }, { scenario }) => {
  const answers = lines.flatMap((line) => (line.kind === 'answer' ? [line.status] : []));
  // From whom it was taken, nobody can learn its end.
  const isTaken = scenario.elsewhere === 'terminate';
  const told = answers.filter((answer) => !(isTaken && answer.includes('SagaInterruptedError')));
  const status = row?.status ?? 'unknown';
  return [
    TERMINAL.includes(status) && told.length === 0 && 'nobody was told how it ended',
    ...told.map((answer) => answer !== status && `is ${status}, and was told as ${answer}`),
  ];
};

const contextIsKept: Rule = ({ row, trail }, { scenario }) => {
  const expected = labelsOf(scenario).join(', ');
  const whole = row?.status === 'completed' && scenario.probed !== true;
  return [whole && trail.join(', ') !== expected && `ended with the trail ${trail.join(', ')}`];
};

/** The oracle knows the rules of the machine; it judges the same history. */
const oracle: Rule = (history, own) => {
  if (history.row === undefined) return [];
  const plan = planOf(sagaUnderTest(own.name, own.scenario, NOBODY));
  return violationsOf(plan, traceOf(history), { recoveryLimit: RECOVERY_LIMIT }).map(
    ({ invariant, what }) => `${INVARIANTS[invariant]}: ${what}`,
  );
};

/** What may stand in a saga's journal. */
export const RULES_OF_RECORDS: readonly Rule[] = [
  accepted,
  journalIsWhole,
  acknowledgedIsKept,
  oneEnd,
  expectedStatus,
  orderOfRecords,
  recoveriesAreCounted,
  contextIsKept,
  answersAreTrue,
  oracle,
];
