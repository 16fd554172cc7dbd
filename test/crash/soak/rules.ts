import type { SagaRow } from 'nestjs-saga-orchestrator/core';
import { INVARIANTS, violationsOf } from '../../support/oracle.js';
import { planOf } from '../../support/trace.js';
import type { Recorded } from '../history.js';
import type { Effect } from './accounts.js';
import { storyOf } from './trace-of.js';
import { endOf, MAX_RECOVERIES, NOBODY, transferOf, transferSaga } from './transfer.js';
import { digestOf, type Sight } from './witness.js';

/** All that is known of one transfer. */
export interface Facts {
  readonly row: SagaRow;
  readonly records: readonly Recorded[];
  readonly sights: readonly Sight[];
  readonly effects: readonly Effect[];
}

/** A rule that every transfer keeps, whatever died. Gives what breaks it. */
type Rule = (facts: Facts) => readonly (string | false)[];

const plan = planOf(transferSaga(...NOBODY));

/** Whoever lost it wrote nothing more to it, and began nothing more of it. */
const fenced: Rule = ({ records, sights, effects }) => {
  const booked = new Set(effects.map(({ what }) => what));
  const { late } = storyOf({ records, sights, booked });
  const epochs = records.map(({ epoch, type }, i) => {
    const before = records[i - 1]?.epoch ?? 1;
    return (
      (epoch < before && `record ${i + 1} was written by a worker that had lost its lease`) ||
      (epoch > before && type !== 'recovered' && `${type} without taking it over first`)
    );
  });
  return [...epochs, ...late];
};

const acknowledgedIsKept: Rule = ({ records, sights }) => {
  const told = new Set<number>();
  return sights.flatMap((sight) => {
    if (sight.kind !== 'acked') return [];
    const { seq, epoch, digest } = sight;
    const twice = told.has(seq);
    told.add(seq);
    const kept = records[seq - 1];
    return [
      // Two workers, one place: one of them was told that it had written what it had not.
      twice && `record ${seq} was acknowledged twice`,
      kept === undefined && `record ${seq} was acknowledged and is lost`,
      kept !== undefined &&
        `${kept.epoch} ${digestOf(kept.head)}` !== `${epoch} ${digest}` &&
        `record ${seq} is not what was acknowledged`,
    ];
  });
};

const endsAsItMust: Rule = ({ row, records }) => [
  row.status !== endOf(Number(row.id)) &&
    `is ${row.status}: ${records.map(({ epoch, head }) => `@${epoch} ${head}`).join(', ')}`,
];

/** Every customer is told, some of them twice, and always what the journal says. */
const answers: Rule = ({ row, sights }) => {
  const told = sights.flatMap((sight) => (sight.kind === 'answer' ? [sight.status] : []));
  return [
    told.length === 0 && 'nobody was told how it ended',
    ...told.map((status) => status !== row.status && `is ${row.status}, and told as ${status}`),
  ];
};

const booking: Rule = ({ row, effects }) => {
  const { cents } = transferOf(Number(row.id));
  const moved: Readonly<Record<string, number>> =
    row.status === 'completed' ? { Withdraw: -cents, Deposit: cents } : {};
  return ['Withdraw', 'Deposit'].map((label) => {
    const did = effects.filter(({ what }) => what === `do ${label}`);
    const undid = effects.filter(({ what }) => what === `undo ${label}`);
    const net = [...did, ...undid].reduce((sum, effect) => sum + effect.cents, 0);
    const once = did.length <= 1 && undid.length <= 1;
    return (
      !(once && net === (moved[label] ?? 0)) &&
      `is ${row.status}, and ${label} stands at ${net} (${did.length} + ${undid.length})`
    );
  });
};

/** The oracle of all tests judges what took place here as well. */
const oracle: Rule = ({ records, sights, effects }) => {
  const booked = new Set(effects.map(({ what }) => what));
  const { trace } = storyOf({ records, sights, booked });
  return violationsOf(plan, trace, { recoveryLimit: MAX_RECOVERIES }).map(
    ({ invariant, what }) => `${INVARIANTS[invariant]}: ${what}`,
  );
};

const RULES: readonly Rule[] = [oracle, fenced, acknowledgedIsKept, endsAsItMust, answers, booking];

export function problemsOf(facts: Facts): readonly string[] {
  return RULES.flatMap((rule) => rule(facts))
    .filter((found): found is string => typeof found === 'string')
    .map((found) => `transfer ${facts.row.id}: ${found}`);
}
