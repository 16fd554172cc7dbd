import { join } from 'node:path';
import fc from 'fast-check';
import type { Journal, ReleaseRequest, SagaRow, StoredSaga } from 'nestjs-saga-orchestrator/core';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { memoryJournal } from '../../../lib/journals/memory/index.js';
import { entryOf, sagaOf } from '../../../lib/testing/contract/fixtures.js';
import { checkAsync, seed } from '../../support/seed.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

const RUNS = 150;
const OWNERS = ['anna', 'bert'];
const FAR_AWAY = Date.now() + 3_600_000;
const IDS = ['1', '2', '3', '4'];
const STATUSES = ['running', 'compensating', 'completed', 'compensated', 'parked'] as const;
type Status = (typeof STATUSES)[number];

/** What one caller asks for; an append is for the saga as it stands when its turn is begun. */
type Call =
  | ({ readonly kind: 'create' | 'append'; readonly id: string; readonly owner: string } & {
      readonly status: Status;
      readonly records: number;
      /** Of an append: until when it is put to sleep. */
      readonly until: number | null | undefined;
    })
  | { readonly kind: 'claim' | 'leave' | 'heartbeat'; readonly owner: string }
  | ({ readonly kind: 'claim-one'; readonly id: string; readonly owner: string } & {
      readonly force: boolean;
    })
  | {
      readonly kind: 'release';
      readonly id: string;
      readonly owner: string;
      readonly graceful: boolean;
    }
  | { readonly kind: 'cancel' | 'forget'; readonly id: string };

const id = fc.constantFrom(...IDS);
const owner = fc.constantFrom(...OWNERS);
const status = fc.constantFrom(...STATUSES);
const records = fc.integer({ min: 1, max: 3 });
/** Awake, as a rule; due at once, or not while this runs. */
const until = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom(1, FAR_AWAY, null) },
);
const write = (kind: 'create' | 'append') =>
  fc.record({ kind: fc.constant(kind), id, owner, status, records, until });
const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: write('create') },
  { weight: 6, arbitrary: write('append') },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('claim', 'leave', 'heartbeat'), owner }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('claim-one'), id, owner, force: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('cancel', 'forget'), id }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('release'), id, owner, graceful: fc.boolean() }),
  },
);
/** Turns of the event loop, each with the calls of many callers: one commit. */
const turns = fc.array(fc.array(call, { minLength: 1, maxLength: 12 }), {
  minLength: 1,
  maxLength: 12,
});

const NAME = 'T';

/** Where the sagas stand before a turn, and after the calls of it that were made already. */
class Standing {
  readonly #known = new Map<string, { epoch: number; next: number }>();

  learn(stored: StoredSaga): void {
    const { id: known, epoch } = stored.row;
    this.#known.set(known, { epoch, next: stored.entries.length + 1 });
  }

  /** The call, as one that any journal can be asked for; `undefined` when nobody would make it. */
  callOf(one: Call): ((journal: Journal) => Promise<unknown>) | undefined {
    switch (one.kind) {
      case 'create':
        return this.#create(one);
      case 'append':
        return this.#append(one);
      case 'claim':
        return (journal) => journal.claim({ owner: one.owner, names: [NAME], limit: 100 });
      case 'claim-one':
        return (journal) =>
          journal.claim({
            ...{ owner: one.owner, names: [NAME], id: one.id, limit: 1, force: one.force },
          });
      case 'leave':
        return (journal) => journal.leave(one.owner);
      case 'heartbeat':
        // What it tells has no order.
        return async (journal) =>
          (await journal.heartbeat(one.owner, 3_600_000)).toSorted((a, b) =>
            a.id < b.id ? -1 : 1,
          );
      case 'release':
        return (journal) => journal.release(this.#heldOf(one));
      case 'cancel':
        return (journal) => journal.requestCancel({ name: NAME, id: one.id }, 'as asked');
      case 'forget':
        // Nobody who forgot a saga appends to it.
        this.#known.delete(one.id);
        return (journal) => journal.forget({ ref: { name: NAME, id: one.id } });
    }
  }

  #heldOf({ id: of, owner, graceful }: Extract<Call, { kind: 'release' }>): ReleaseRequest {
    const epoch = this.#known.get(of)?.epoch ?? 1;
    return { ref: { name: NAME, id: of }, owner, epoch, graceful };
  }

  #create({ id: of, owner: by, status: as, records: count }: Extract<Call, { records: number }>) {
    const entries = Array.from({ length: count }, (_, at) => entryOf(at + 1));
    const saga = sagaOf({ name: NAME, id: of, owner: by, status: as, entries });
    if (!this.#known.has(of)) this.#known.set(of, { epoch: 1, next: count + 1 });
    return (journal: Journal) => journal.create(saga);
  }

  #append({
    id: of,
    owner: by,
    status: as,
    records: count,
    until,
  }: Extract<Call, { records: number }>) {
    const known = this.#known.get(of);
    if (known === undefined) return undefined;
    const { epoch, next } = known;
    const entries = Array.from({ length: count }, (_, at) => entryOf(next + at, { epoch }));
    const ref = { name: NAME, id: of };
    known.next += count;
    return (journal: Journal) =>
      journal.append({
        ...{ ref, owner: by, epoch, entries, status: as, progress: count > 1 },
        ...(until === undefined ? {} : { sleep: { until } }),
      });
  }
}

/** Times are each store's own. */
function timeless(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(timeless);
  if (typeof answer !== 'object' || answer === null || !('createdAt' in answer)) return answer;
  const { createdAt: _, updatedAt: __, wakeAt, ...row } = answer as SagaRow;
  return { ...row, sleeps: wakeAt === null ? undefined : wakeAt >= FAR_AWAY };
}

async function shown(work: Promise<unknown>): Promise<unknown> {
  return work.then(timeless, (error: Error) => error.constructor.name);
}

async function allOf(journal: Journal): Promise<readonly unknown[]> {
  const stored = await Promise.all(IDS.map((of) => journal.load({ name: NAME, id: of })));
  return stored.map((saga) => saga && [timeless(saga.row), saga.entries]);
}

async function listsOf(journal: Journal): Promise<readonly unknown[]> {
  const pages = STATUSES.map((of) => journal.list({ name: NAME, status: of }));
  return (await Promise.all(pages)).map(({ rows }) => rows.map((row) => row.id).sort());
}

afterAll(removeTempFolders);

interface Asked {
  readonly isCreate: boolean;
  readonly ask: (journal: Journal) => Promise<unknown>;
}

async function callsOf(turn: readonly Call[], model: Journal): Promise<readonly Asked[]> {
  const standing = new Standing();
  for (const of of IDS) {
    const stored = await model.load({ name: NAME, id: of });
    if (stored !== undefined) standing.learn(stored);
  }
  return turn.flatMap((one) => {
    const ask = standing.callOf(one);
    return ask === undefined ? [] : [{ isCreate: one.kind === 'create', ask }];
  });
}

/** `arranged`: the order in which the file is asked for what the model does in the order of the calls. */
function sameAsTheModel(arranged: (calls: readonly Asked[]) => readonly Asked[]) {
  const connections = fc.infiniteStream(fc.nat(1));
  return fc.asyncProperty(turns, connections, async (all, connection) => {
    const file = join(tempFolder(), 'sagas.db');
    // Two connections: each has to notice what the other one wrote.
    const files = [sqliteJournal({ file }), sqliteJournal({ file })] as const;
    const model = memoryJournal();
    for (const journal of [...files, model]) await journal.open();
    try {
      for (const turn of all) {
        const calls = await callsOf(turn, model);
        const journal = files[connection.next().value === 0 ? 0 : 1];
        const answers = new Map(arranged(calls).map((one) => [one, shown(one.ask(journal))]));
        for (const one of calls) {
          expect(await answers.get(one)).toEqual(await shown(one.ask(model)));
        }
        for (const one of files) {
          expect(await allOf(one)).toEqual(await allOf(model));
          expect(await listsOf(one)).toEqual(await listsOf(model));
        }
      }
    } finally {
      for (const journal of files) await journal.close();
    }
  });
}

describe('a SQLite file', () => {
  it('answers many callers at once as a journal in memory does one after the other', async () => {
    await checkAsync(
      sameAsTheModel((calls) => calls),
      { numRuns: RUNS },
    );
  });

  it('would be found out if it carried a turn out in another order', async () => {
    const createsFirst = (calls: readonly Asked[]) =>
      calls.toSorted((one, other) => Number(other.isCreate) - Number(one.isCreate));
    const { failed } = await fc.check(sameAsTheModel(createsFirst), { seed, numRuns: RUNS });
    expect(failed).toBe(true);
  });
});
