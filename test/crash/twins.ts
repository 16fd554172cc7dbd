import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal, JournalEntry, StoredSaga } from 'nestjs-saga-orchestrator/core';
import type { World } from './saga-under-test.js';
import { wrapJournal } from './wrap-journal.js';

/** Something broken on purpose, in every process of a sweep: the sweep must notice. */
export interface Twin {
  readonly name: string;
  /** The scenario that shows it. */
  readonly scenario: string;
  /** The violation that names the fault. */
  readonly caughtAs: RegExp;
  readonly journal?: (inner: Journal) => Journal;
  readonly world?: Pick<World, 'forgetful' | 'lazyUndo'>;
}

function typeOf({ head }: JournalEntry): string {
  return (JSON.parse(head) as { type: string }).type;
}

/** A journal that shows an engine another past than the one it was told. */
function remembers(change: (entries: readonly JournalEntry[]) => readonly JournalEntry[]) {
  return (inner: Journal): Journal =>
    wrapJournal(inner, {
      load: async (ref): Promise<StoredSaga | undefined> => {
        const stored = await inner.load(ref);
        if (stored === undefined) return undefined;
        const entries = change(stored.entries);
        return { ...stored, entries, nextSeq: (entries.at(-1)?.seq ?? 0) + 1 };
      },
    });
}

/** Keeps the seqs, so that the journal itself has nothing to object to. */
function asIfRecovered(entry: JournalEntry): JournalEntry {
  return { ...entry, head: '{"type":"recovered","owner":"nobody"}', result: null, context: null };
}

function turns(entry: JournalEntry): boolean {
  return ['failed', 'compensating', 'cancel-requested'].includes(typeOf(entry));
}

/** It says that a request is a record, and keeps it nowhere. */
function flatters(inner: Journal): Journal {
  let request: string | undefined;
  return wrapJournal(inner, {
    requestCancel: async (_, reason) => {
      request = JSON.stringify({ type: 'cancel-requested', by: 'operator', reason });
    },
    load: async (ref) => {
      const stored = await inner.load(ref);
      const last = stored?.entries.at(-1);
      if (stored === undefined || last === undefined || request === undefined) return stored;
      const { nextSeq } = stored;
      const entry = { ...last, seq: nextSeq, head: request, result: null, context: null };
      return { ...stored, entries: [...stored.entries, entry], nextSeq: nextSeq + 1 };
    },
  });
}

/** It tells of a request neither in the answer to a write nor in that to a claim. */
function mumbles(inner: Journal): Journal {
  return wrapJournal(inner, {
    append: async (batch) => void (await inner.append(batch)),
    claim: async (request) => {
      const rows = await inner.claim(request);
      return rows.map((row) => ({ ...row, cancelReason: null }));
    },
  });
}

/** It takes what an operator does for written. */
function forgetsActs(inner: Journal): Journal {
  const isAct = (entry: JournalEntry): boolean => typeOf(entry) === 'manual';
  return wrapJournal(inner, {
    append: (batch) =>
      batch.entries.some(isAct) ? Promise.resolve(undefined) : inner.append(batch),
  });
}

export const TWINS: readonly Twin[] = [
  {
    name: 'a journal that acknowledges before it has written',
    scenario: 'all succeed',
    caughtAs: /was acknowledged and is not in the journal/,
    journal: (inner) =>
      wrapJournal(inner, {
        append: async (batch) => {
          void sleep(100).then(() => inner.append(batch).catch(() => undefined));
        },
      }),
  },
  {
    name: 'a journal that loses what it is given while the intent is already carried out',
    scenario: 'all succeed',
    caughtAs: /calls of do Stock, but/,
    journal: (inner) =>
      wrapJournal(inner, {
        append: (batch) =>
          batch.entries.some((entry) => typeOf(entry) === 'started')
            ? Promise.resolve()
            : inner.append(batch),
      }),
  },
  {
    name: 'a recovery that knows of nothing but the first intent',
    scenario: 'all succeed',
    caughtAs: /was called after its done record/,
    journal: remembers((entries) =>
      entries.map((entry) => (entry.seq > 1 ? asIfRecovered(entry) : entry)),
    ),
  },
  {
    name: 'a recovery that forgets that the retries of a step are exhausted',
    scenario: '3 fails',
    caughtAs: /after compensation began/,
    journal: remembers((entries) =>
      entries.map((entry) => (turns(entry) ? asIfRecovered(entry) : entry)),
    ),
  },
  {
    name: 'a recovery that forgets that it was cancelled',
    scenario: 'cancelled in 2',
    caughtAs: /after compensation began/,
    journal: remembers((entries) =>
      entries.map((entry) => (turns(entry) ? asIfRecovered(entry) : entry)),
    ),
  },
  {
    name: 'a recovery that forgets which undos are done',
    scenario: '3 fails',
    caughtAs: /undo \w+ was called after its undone record/,
    journal: remembers((entries) =>
      entries.map((entry) => (typeOf(entry) === 'undone' ? asIfRecovered(entry) : entry)),
    ),
  },
  {
    name: 'a recovery that does not know the last record',
    scenario: 'all succeed',
    caughtAs: /is not at rest/,
    journal: remembers((entries) => entries.slice(0, -1)),
  },
  {
    name: 'a journal that says that a request to cancel is a record, and loses it',
    scenario: 'cancel from elsewhere',
    caughtAs: /rule 28c: a cancel that was accepted, and is no record/,
    journal: flatters,
  },
  {
    name: 'a journal that tells of a request to cancel only when a heartbeat asks',
    scenario: 'cancel from elsewhere',
    caughtAs: /was called after a cancel that its owner had to learn of/,
    journal: mumbles,
  },
  {
    name: 'a take-over that does not look whether somebody asked to cancel',
    scenario: 'cancel from elsewhere',
    caughtAs: /a request to cancel it was written, and lost/,
    journal: mumbles,
  },
  {
    name: 'a journal that loses that an operator has terminated a saga',
    scenario: 'terminate from elsewhere',
    caughtAs: /its terminate was accepted, and is no record/,
    journal: forgetsActs,
  },
  {
    name: 'participants that are not idempotent',
    scenario: 'all succeed',
    caughtAs: /took effect 2 times/,
    world: { forgetful: true },
  },
  {
    name: 'compensations that only say that they are done',
    scenario: '3 fails',
    caughtAs: /is compensated, but \w+ has a net effect/,
    world: { lazyUndo: true },
  },
];

export function twinNamed(name: string | undefined): Twin | undefined {
  const found = TWINS.find((twin) => twin.name === name);
  if (found === undefined && name !== undefined) throw new Error(`No twin is named '${name}'`);
  return found;
}
