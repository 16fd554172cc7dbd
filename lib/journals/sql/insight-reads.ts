import type { InsightReads } from '../../core/index.js';

/** As a record, so that the compiler reports a question that is missing here. */
const ASKS: Readonly<Record<keyof InsightReads, true>> = {
  ...{ now: true, counts: true, histogram: true, durations: true, unfinished: true, owners: true },
  ...{ plans: true, changes: true, names: true, tagNames: true, tagValues: true, find: true },
  ...{ records: true, payloads: true, size: true, dryRun: true, list: true },
};

/** Every question as data, for whoever answers it elsewhere. */
export function insightReads(
  answer: (ask: keyof InsightReads, read: unknown) => Promise<unknown>,
): InsightReads {
  const asks = Object.keys(ASKS) as (keyof InsightReads)[];
  const reads = asks.map((ask) => [ask, (read: unknown) => answer(ask, read)]);
  return Object.fromEntries(reads) as InsightReads;
}

/** What carries out a question that came as data. */
export function answerOf(
  answers: Readonly<Record<keyof InsightReads, unknown>>,
  ask: keyof InsightReads,
  read: unknown,
): Promise<unknown> {
  return (answers[ask] as (read: unknown) => Promise<unknown>).call(answers, read);
}
