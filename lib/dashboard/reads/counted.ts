import type { JournalInsight, SagaCount } from '../../core/index.js';
import type { Bucket, NameStats, Overview } from '../ui/wire.js';

interface Range {
  readonly ms: number;
  readonly buckets: number;
  /** For how long an answer is kept. */
  readonly keepMs: number;
}

export const RANGES = {
  '1h': { ms: 3_600_000, buckets: 60, keepMs: 1_000 },
  '24h': { ms: 86_400_000, buckets: 48, keepMs: 2_000 },
  '7d': { ms: 604_800_000, buckets: 56, keepMs: 30_000 },
} as const satisfies Readonly<Record<string, Range>>;

type Counted = NonNullable<Overview['counted']>;

const ACTIVE = ['running', 'compensating'] as const;

function sum(counts: readonly SagaCount[], ...statuses: readonly string[]): number {
  const own = counts.filter(({ status }) => statuses.includes(status));
  return own.reduce((all, { sagas }) => all + sagas, 0);
}

/** What the journal counts, for the overview: what needs a person of all time, the rest of a range. */
export async function countedOf(
  insight: JournalInsight,
  names: readonly string[] | undefined,
  range: Range,
): Promise<Counted> {
  const scope = names === undefined ? {} : { names };
  const to = await insight.now();
  const from = new Date(to.getTime() - range.ms);
  const since = { ...scope, createdAfter: from };
  const [open, recent, durations, histogram] = await Promise.all([
    insight.counts({ ...scope, status: [...ACTIVE, 'parked'] }),
    insight.counts(since),
    insight.durations(since),
    insight.histogram({ ...scope, from, to: new Date(to.getTime() + 1), buckets: range.buckets }),
  ]);
  const known = new Set([...open, ...recent].map(({ name }) => name));
  const stats = [...known].sort().map((name): NameStats => {
    const of = (counts: readonly SagaCount[]) => counts.filter((one) => one.name === name);
    const took = durations.find((one) => one.name === name);
    return {
      name,
      completed: sum(of(recent), 'completed'),
      compensated: sum(of(recent), 'compensated'),
      parked: sum(of(recent), 'parked'),
      active: sum(of(open), ...ACTIVE),
      ...(took === undefined ? {} : { p50: took.p50, p95: took.p95, p99: took.p99 }),
    };
  });
  return {
    parked: sum(open, 'parked'),
    running: sum(open, 'running'),
    compensating: sum(open, 'compensating'),
    names: stats,
    from: histogram.from.getTime(),
    bucketMs: histogram.bucketMs,
    buckets: histogram.buckets.map(
      ({ completed, compensated, parked, running, compensating }): Bucket => ({
        ...{ completed, compensated, parked },
        active: running + compensating,
      }),
    ),
  };
}
