import type { HistogramQuery } from '../../core/index.js';
import { refused } from './fixtures.js';
import type { JournalContractCase } from './harness.js';
import { insightCase, LONG_AGO } from './insight-fixtures.js';

export const insightRefusalCases: readonly JournalContractCase[] = [
  insightCase('what cannot be meant is refused', async (insight) => {
    const time = { from: LONG_AGO, to: new Date() };
    const bad: readonly (() => Promise<unknown>)[] = [
      () => insight.counts({ status: 'lost' as 'parked' }),
      () => insight.counts({ createdAfter: 5 as unknown as Date }),
      () => insight.counts({ names: 'PlaceOrder' as unknown as string[] }),
      () => insight.counts({ names: [7 as unknown as string] }),
      () => insight.counts({ name: 'PlaceOrder' } as object),
      () => insight.counts(null as unknown as object),
      () => insight.histogram({ from: time.to, to: time.from, buckets: 3 }),
      () => insight.histogram({ ...time, buckets: 0 }),
      () => insight.histogram({ ...time, buckets: 501 }),
      () => insight.histogram({ buckets: 3 } as unknown as HistogramQuery),
      () => insight.durations({ sample: 0 }),
      () => insight.changes({ limit: 1_001 }),
      () => insight.find({ text: '' }),
      () => insight.find({ text: 'half \ud800' }),
      () => insight.find({ text: 'a', limit: 0 }),
      () => insight.tagValues({} as { tag: string }),
      () => insight.names({ application: 7 as unknown as string }),
      () => insight.records([{ name: 'PlaceOrder' } as { name: string; id: string }]),
      () => insight.records(Array.from({ length: 201 }, () => ({ name: 'a', id: 'b' }))),
      () => insight.payloads({ name: 7 as unknown as string, id: 'b' }),
      () => insight.dryRun({ status: 'lost' as 'parked' }),
      () => insight.dryRun(null as unknown as object),
    ];
    for (const ask of bad) await refused((async () => ask())(), 'SAGA_OPTIONS');
  }),
];
