import { isGroup } from '../definition/index.js';
import type { JournalInsight, SagaRef } from '../journal/index.js';

type Scoped = { readonly application?: string };

/** An insight for one application, unless another one is named; `ready` is awaited before it is asked. */
export function insightFor(
  insight: JournalInsight,
  own: string,
  ready: () => Promise<void>,
): JournalInsight {
  // What is no query is refused by the insight.
  const of = <Q extends Scoped>(query: Q): Q =>
    isGroup(query) ? { ...query, application: query.application ?? own } : query;
  const ask =
    <Q extends Scoped, A>(question: (query: Q) => Promise<A>) =>
    async (query: Q): Promise<A> => {
      await ready();
      return question(of(query));
    };
  const open =
    <Q extends Scoped, A>(question: (query: Q) => Promise<A>) =>
    (query: Q = {} as Q): Promise<A> =>
      ask(question)(query);
  return {
    now: async () => {
      await ready();
      return insight.now();
    },
    counts: open((query) => insight.counts(query)),
    histogram: ask((query) => insight.histogram(query)),
    durations: open((query) => insight.durations(query)),
    unfinished: open((query) => insight.unfinished(query)),
    owners: open((query) => insight.owners(query)),
    plans: open((query) => insight.plans(query)),
    changes: open((query) => insight.changes(query)),
    names: open((query) => insight.names(query)),
    tagNames: open((query) => insight.tagNames(query)),
    tagValues: ask((query) => insight.tagValues(query)),
    find: ask((query) => insight.find(query)),
    records: async (refs) => {
      await ready();
      return insight.records(Array.isArray(refs) ? refs.map((ref: SagaRef) => of(ref)) : refs);
    },
    payloads: ask((ref: SagaRef) => insight.payloads(ref)),
    size: async () => {
      await ready();
      return insight.size();
    },
    dryRun: ask((filter) => insight.dryRun(filter)),
  };
}
