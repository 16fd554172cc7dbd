import { join } from 'node:path';
import fc from 'fast-check';
import Libsql from 'libsql';
import type { Journal, JournalInsight, SagaRow } from 'nestjs-saga-orchestrator/core';
import { postgresJournal } from 'nestjs-saga-orchestrator/postgres';
import { sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import { PARK_REASONS, SAGA_STATUSES } from '../../lib/core/machine/index.js';
import { MemoryJournal } from '../../lib/journals/memory/memory-journal.js';
import { batchOf, entryOf, LONG_LEASE, sagaOf } from '../../lib/testing/contract/fixtures.js';
import { checkAsync, runsOf } from '../support/seed.js';
import { postgresStore } from './postgres-store.js';
import { removeTempFolders, tempFolder } from './temp-folder.js';

const RUNS = 80;
/** The first saga is created then, each other one so much later. */
const [BEGIN, STEP] = [1_700_000_000_000, 10] as const;
const MAX_SAGAS = 30;
const FAR_AWAY = Date.now() + LONG_LEASE;

const TEXTS = ['a', 'ab', 'Ab', 'ä', 'äb', '%', 'a%', '_', '\u{1f600}', '\uffff', 'a\uffff', "'"];
const text = fc.constantFrom(...TEXTS);
const names = ['A', 'B', 'Ä', 'a'];
const name = fc.constantFrom(...names);
const tagName = fc.constantFrom('tenant', 't%', 'ä');

const saga = fc.record({
  name,
  id: text,
  key: fc.option(text),
  tags: fc.dictionary(tagName, text, { maxKeys: 3 }),
  version: fc.integer({ min: 1, max: 2 }),
  /** Alive, or not. */
  owner: fc.constantFrom('anna', 'bert'),
  status: fc.constantFrom(...SAGA_STATUSES),
  reason: fc.constantFrom(undefined, ...PARK_REASONS),
  /** Of one that is not at rest. */
  until: fc.constantFrom(undefined, undefined, 1, FAR_AWAY, null),
  records: fc.integer({ min: 1, max: 3 }),
  took: fc.integer({ min: 0, max: 40 }),
});
type Random = typeof saga extends fc.Arbitrary<infer T> ? T : never;
interface Placed extends Random {
  readonly createdAt: number;
}

/** On the moment of a saga, or between two. */
const time = fc
  .integer({ min: -2, max: 2 * MAX_SAGAS + 2 })
  .map((half) => BEGIN + (half * STEP) / 2);
const date = time.map((at) => new Date(at));
const limit = fc.integer({ min: 1, max: 8 });
const within = { names: fc.uniqueArray(name), createdAfter: date, createdBefore: date };
const status = fc.uniqueArray(fc.constantFrom(...SAGA_STATUSES));
const tags = fc.dictionary(tagName, text, { maxKeys: 1 });
const questions = fc.record({
  counts: fc.record({ ...within, status }, { requiredKeys: [] }),
  histogram: fc
    .record({
      ...{ names: fc.option(within.names), from: date, long: fc.integer({ min: 1, max: 400 }) },
      buckets: fc.integer({ min: 1, max: 20 }),
    })
    .map(({ names: own, from, long, buckets }) => ({
      ...{ from, to: new Date(from.getTime() + long), buckets },
      ...(own === null ? {} : { names: own }),
    })),
  durations: fc.record({ ...within, sample: limit }, { requiredKeys: [] }),
  tagValues: fc.record({ tag: tagName, prefix: text, limit }, { requiredKeys: ['tag'] }),
  find: fc.record({ names: within.names, text, limit }, { requiredKeys: ['text'] }),
  dryRun: fc.record(
    { createdAfter: date, createdBefore: date, name, status, key: text, tags },
    { requiredKeys: [] },
  ),
});
type Questions = typeof questions extends fc.Arbitrary<infer T> ? T : never;

const postgres = postgresStore(['fsync=off']);
afterAll(removeTempFolders);

interface Store {
  readonly journal: Journal & { readonly insight?: JournalInsight };
  /** What its clock would have said. */
  date(application: string, sagas: readonly Placed[]): Promise<void>;
  close(): Promise<void>;
}

async function onSqlite(): Promise<Store> {
  const file = join(tempFolder(), 'sagas.db');
  const journal = sqliteJournal({ file });
  await journal.open();
  const database = new Libsql(file);
  return {
    journal,
    async date(application, sagas) {
      const of = 'SELECT saga FROM sagas WHERE application = ? AND name = ? AND id = ?';
      for (const { name: own, id, createdAt, took } of sagas) {
        const ref = [application, own, id];
        const set = (sql: string, ...values: unknown[]) =>
          database.prepare(sql).run(...values, ...ref);
        set(
          `UPDATE sagas SET created_at = ?, updated_at = ? WHERE saga = (${of})`,
          createdAt,
          createdAt + took,
        );
        set(`UPDATE saga_appends SET written_at = ? WHERE saga = (${of})`, createdAt + took);
        set(`UPDATE saga_tags SET created_at = ? WHERE saga = (${of})`, createdAt);
      }
    },
    async close() {
      database.close();
      await journal.close();
    },
  };
}

async function onPostgres(): Promise<Store> {
  const schema = postgres.schema();
  const journal = postgresJournal({ connectionString: postgres.server.url, schema });
  await journal.open();
  return {
    journal,
    async date(application, sagas) {
      const dated = `(SELECT s.saga, t.at, t.at + t.took AS ended FROM "${schema}".sagas s
        JOIN unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS t (name, id, at, took)
        ON s.application = $1 AND s.name = t.name AND s.id = t.id) d`;
      const values = [
        application,
        ...[sagas.map((one) => one.name), sagas.map(({ id }) => id)],
        ...[sagas.map(({ createdAt }) => createdAt), sagas.map(({ took }) => took)],
      ];
      for (const [table, set] of [
        ['saga_appends', 'written_at = d.ended'],
        ['saga_tags', 'created_at = d.at'],
        ['sagas', 'created_at = d.at, updated_at = d.ended'],
      ])
        await postgres.query(
          `UPDATE "${schema}".${table} u SET ${set} FROM ${dated} WHERE u.saga = d.saga`,
          values,
        );
    },
    close: () => journal.close(),
  };
}

/** The same as any journal would have it, at the times of the sagas where the clock can be set. */
async function write(
  journal: Journal,
  application: string,
  sagas: readonly Placed[],
  at: (ms: number) => void,
) {
  for (const { status: end, reason, until, records, took, createdAt, ...of } of sagas) {
    at(createdAt);
    const made = sagaOf({
      ...of,
      application,
      fingerprint: `f${of.version}`,
      entries: [entryOf(1)],
    });
    await journal.create(made);
    const isLive = end === 'running' || end === 'compensating';
    at(createdAt + took);
    await journal.append(
      batchOf(
        made,
        Array.from({ length: records }, (_, index) => index + 2),
        {
          ...{ owner: of.owner, status: end },
          ...(end === 'parked' && reason !== undefined ? { parked: { reason } } : {}),
          ...(isLive && until !== undefined ? { sleep: { until } } : {}),
        },
      ),
    );
  }
}

const byText = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).sort();
/** What is told of a row, but for its times of writing where nobody can set them. */
const rowsOf = (rows: readonly SagaRow[]) => rows.map(({ birth: _, ...row }) => row);

async function answers(
  insight: JournalInsight,
  application: string,
  asked: Questions,
  sagas: readonly Placed[],
) {
  const of = <Q extends object>(query: Q): Q & { application: string } => ({
    ...query,
    application,
  });
  const refs = sagas.map(({ name: own, id }) => ({ application, name: own, id }));
  const { first, groups, ...dry } = await insight.dryRun(of(asked.dryRun));
  const owners = await insight.owners({ application });
  return {
    counts: byText(await insight.counts(of(asked.counts))),
    histogram: await insight.histogram(of(asked.histogram)),
    durations: byText(await insight.durations(of(asked.durations))),
    unfinished: byText(await insight.unfinished({ application })),
    owners: byText(owners.map(({ owner, isAlive, sagas: own }) => ({ owner, isAlive, own }))),
    names: await insight.names({ application }),
    tagNames: await insight.tagNames({ application }),
    tagValues: await insight.tagValues(of(asked.tagValues)),
    find: rowsOf(await insight.find(of(asked.find))),
    records: await insight.records(refs),
    payloads: await Promise.all(refs.map((ref) => insight.payloads(ref))),
    dryRun: { ...dry, first: rowsOf(first), groups: byText(groups) },
  };
}

describe.each([
  ['SQLite', onSqlite],
  ['Postgres', onPostgres],
])(`what %s answers of ${runsOf(RUNS)} random sets of sagas`, (_store, open) => {
  it('is what the memory journal does, to every question', async () => {
    const { journal, date: setTimes, close } = await open();
    let clock: number = BEGIN;
    const memory = new MemoryJournal(() => clock);
    for (const one of [journal, memory]) await one.heartbeat('anna', LONG_LEASE, undefined);
    await journal.heartbeat('bert', 1, undefined);
    let run = 0;
    const few = fc.uniqueArray(saga, {
      maxLength: MAX_SAGAS,
      selector: (one) => `${one.name}/${one.id}`,
    });
    try {
      await checkAsync(
        fc.asyncProperty(
          few,
          fc.array(questions, { minLength: 1, maxLength: 5 }),
          async (all, asked) => {
            const application = `run-${(run += 1)}`;
            const sagas = all.map((one, n) => ({ ...one, createdAt: BEGIN + n * STEP }));
            const half = Math.floor(sagas.length / 2);
            const [own, theirs] = [memory.insight, journal.insight as JournalInsight];
            const at = (ms: number): void => void (clock = ms);
            const begin = [sagas.slice(0, half), sagas.slice(half)] as const;
            for (const kept of [memory, journal]) await write(kept, application, begin[0], at);
            const cursors = [
              await own.changes({ application }),
              await theirs.changes({ application }),
            ];
            for (const kept of [memory, journal]) await write(kept, application, begin[1], at);
            const [left, right] = await Promise.all(
              [own, theirs].map((insight, index) =>
                insight.changes({ application, cursor: cursors[index]?.cursor ?? '' }),
              ),
            );
            // One may be told again.
            expect(right?.refs).toEqual(expect.arrayContaining([...(left?.refs ?? [])]));
            expect(right?.isPartial).toBe(false);
            await setTimes(application, sagas);
            clock = Date.now();
            await memory.heartbeat('anna', LONG_LEASE, undefined);
            await memory.heartbeat('bert', 1, undefined);
            clock += 10;
            for (const one of asked)
              expect(await answers(theirs, application, one, sagas)).toEqual(
                await answers(own, application, one, sagas),
              );
          },
        ),
        { numRuns: RUNS },
      );
    } finally {
      await close();
    }
  });
});
