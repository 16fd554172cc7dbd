import type { Journal, JournalEntry } from 'nestjs-saga-orchestrator/core';
import type { CrashPoints } from './crash-points.js';
import type { Ledger } from './ledger.js';

/** A journal, or its operators' part, some of whose methods are others; the rest is the inner one's. */
export function wrapJournal<T extends object = Journal>(inner: T, own: Partial<T>): T {
  return new Proxy(inner, {
    get(target, key) {
      const replaced = own[key as keyof T];
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** What is known of one saga beside its journal. */
export interface Witness {
  readonly points: CrashPoints;
  readonly ledger: Ledger;
}

function typesOf(entries: readonly JournalEntry[]): string {
  return entries
    .map(({ head }) => {
      const { type, label } = JSON.parse(head) as { type: string; label?: string };
      return label === undefined ? type : `${type} ${label}`;
    })
    .join(', ');
}

/** A place to die before and after every commit, and a note of all that was acknowledged. */
export function witnessed(inner: Journal, witnessOf: (sagaName: string) => Witness): Journal {
  const committed = async <T>(
    name: string,
    entries: readonly JournalEntry[],
    commit: () => Promise<T>,
    isWritten: (answer: T) => boolean,
  ): Promise<T> => {
    const { points, ledger } = witnessOf(name);
    const what = typesOf(entries);
    points.reach(`before the commit of ${what}`);
    const answer = await commit();
    if (!isWritten(answer)) return answer;
    ledger.write(...entries.map(({ seq, head }) => ({ kind: 'acked' as const, seq, head })));
    points.reach(`after the commit of ${what}`);
    return answer;
  };
  return wrapJournal(inner, {
    requestCancel: async (ref, reason, audit) => {
      const { points, ledger } = witnessOf(ref.name);
      points.reach('before the request to cancel');
      await inner.requestCancel(ref, reason, audit);
      ledger.write({ kind: 'cancel-requested' });
      points.reach('after the request to cancel');
    },
    // What is there already was not written; an append may answer a cancel that it has found.
    create: (saga) =>
      committed(
        saga.name,
        saga.entries,
        () => inner.create(saga),
        (existing) => existing === undefined,
      ),
    append: (batch) =>
      committed(
        batch.ref.name,
        batch.entries,
        () => inner.append(batch),
        () => true,
      ),
  });
}
