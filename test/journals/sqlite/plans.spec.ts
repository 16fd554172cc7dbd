import { join } from 'node:path';
import Libsql from 'libsql';
import {
  auditQuery,
  listQuery,
  requestQuery,
  type SagaFilter,
} from 'nestjs-saga-orchestrator/core';
import { sqliteJournal, type SqliteConnection } from 'nestjs-saga-orchestrator/sqlite';
import { Database } from '../../../lib/journals/sqlite/database.js';
import {
  ABANDONED,
  CANCEL_REQUESTS,
  CLAIMABLE,
  CLAIMABLE_BELOW,
  CLAIMABLE_BY_ID,
  SUSPECTS,
  TAKEN,
  FORGET,
  FORGETTABLE_BY_AGE,
} from '../../../lib/journals/sqlite/claims.js';
import { APPEND } from '../../../lib/journals/sqlite/rewrite.js';
import { pageSql } from '../../../lib/journals/sql/index.js';
import { countsSql, histogramSql } from '../../../lib/journals/sqlite/counts-sql.js';
import { durationsSql } from '../../../lib/journals/sqlite/insight-sql.js';
import { placed } from '../../../lib/journals/sqlite/placed.js';
import { APPENDS, ONE, PAGES } from '../../../lib/journals/sqlite/reader.js';
import {
  FORGET_AUDIT,
  FORGET_REQUESTS,
  OPEN_REQUESTS,
} from '../../../lib/journals/sqlite/operators.js';
import { auditConditions, requestConditions } from '../../../lib/journals/sql/index.js';
import { removeTempFolders, tempFolder } from '../temp-folder.js';

let database: Database;

/** How SQLite would go about it, one line per table that it looks at. */
function planOf(sql: string, values: readonly (string | number)[]): readonly string[] {
  return database.query(`EXPLAIN QUERY PLAN ${sql}`, values).map((row) => String(row['detail']));
}

/** Reading a whole table, or sorting what was found: both grow with the number of sagas. */
function costly(plan: readonly string[]): readonly string[] {
  return plan.filter(
    (line) =>
      /^SCAN (sagas|n|d|t|r|e|saga_appends|saga_tags|saga_requests|saga_audit)\b/.test(line) ||
      /^SCAN s USING/.test(line) ||
      /AUTOMATIC/.test(line),
  );
}

beforeAll(async () => {
  const file = join(tempFolder(), 'sagas.db');
  const journal = sqliteJournal({ file });
  await journal.open();
  await journal.close();
  const driver = { name: 'libsql', open: () => new Libsql(file) as unknown as SqliteConnection };
  database = new Database(driver, { file, synchronous: 'full' });
});

afterAll(() => {
  database.close();
  removeTempFolders();
});

describe('the plans of the SQLite journal', () => {
  const statements: readonly (readonly [
    name: string,
    sql: string,
    values: readonly (string | number)[],
  ])[] = [
    ['get', ONE, ['', 'T', '1']],
    ['load', APPENDS, [1]],
    ['claim', CLAIMABLE, [0, 0, '', '["T"]', 10]],
    ['claim of healthy ones', CLAIMABLE_BELOW, [0, 0, '', '["T"]', 2, 10]],
    ['claim of suspects', SUSPECTS, [0, 0, '', '["T"]', 2, 1]],
    ['claim by id', CLAIMABLE_BY_ID, ['', '["T"]', '1', 0, 0, 0, 1]],
    ['heartbeat', CANCEL_REQUESTS, ['me']],
    ['what was taken by force', TAKEN, ['me']],
    ['abandoned sagas', ABANDONED, [0, 0, '', '["T"]']],
    ['take requests', OPEN_REQUESTS, ['', '[]', '[]', '[]', '[]', 'me', 0, 50]],
    ['forget requests', FORGET_REQUESTS, ['', 0, 100]],
    ['forget the audit', FORGET_AUDIT, ['', 0, 100]],
    ['forget by age', FORGETTABLE_BY_AGE, ['', 'completed', 0, 0, 100]],
    ...FORGET.map((sql) => [sql, sql, [1]] as const),
  ];
  it.each(statements)('%s reads no whole table', (_name, sql, values) => {
    const plan = planOf(sql, values);
    expect(plan).not.toEqual([]);
    expect(costly(plan)).toEqual([]);
  });

  it('walk the owners, not their sagas nor those that sleep, to find what can be claimed', () => {
    const plan = planOf(CLAIMABLE, [0, 0, '', '["T"]', 10]).join('\n');
    expect(plan).toMatch(/SEARCH n USING COVERING INDEX sagas_live \(owner>\?\)/);
    expect(plan).toMatch(/SEARCH s USING INDEX sagas_live \(owner=\? AND wake_at<\?\)/);
  });

  it('find each append of a saga that is rewritten by its key: there may be thousands', () => {
    const plan = planOf(APPEND, ['new', '', 'T', '1', 7, 'old']).join('\n');
    expect(plan).toMatch(
      /SEARCH saga_appends USING INDEX saga_appends_by_saga \(saga=\? AND seq=\?\)/,
    );
  });

  const cursor = Buffer.from('1.1700000000000.7').toString('base64url');
  const createdAfter = new Date(0);
  const filters: readonly SagaFilter[] = [
    {},
    { name: 'T' },
    { status: 'parked' },
    { status: ['running', 'parked'], name: 'T' },
    { key: 'k' },
    { key: 'k', name: 'T', status: 'parked' },
    { tags: { tenant: 'north' } },
    { tags: { tenant: 'north', channel: 'web' }, name: 'T', status: ['completed'] },
    { createdAfter, createdBefore: new Date() },
    { application: 'shop', name: 'T', status: 'parked' },
  ];
  it.each(filters.flatMap((filter) => [filter, { ...filter, cursor }]))(
    'list %j takes the newest from an index; only the live ones, which are few, are sorted',
    (filter) => {
      const { text, values } = pageSql(listQuery(filter), PAGES);
      const plan = planOf(text, values as (string | number)[]);
      const ofTheLive = plan.filter((line) => line === 'SCAN s USING INDEX sagas_live');
      const { statuses = ['running', 'compensating'], key, tags } = listQuery(filter);
      const asked = statuses.filter((status) => status === 'running' || status === 'compensating');
      const isMerged = key === undefined && tags.length === 0;
      expect(ofTheLive).toHaveLength(isMerged ? asked.length : 0);
      expect(costly(plan)).toEqual(ofTheLive);
      // The last step may sort the streams of several statuses, too: at most 1,001 rows of each.
      const sorted = plan.filter((line) => /TEMP B-TREE/.test(line));
      expect(sorted.length).toBeLessThanOrEqual(1 + ofTheLive.length);
      const searches = plan.filter((line) =>
        /INDEX sagas_|PRIMARY KEY \(application=\? AND name=\? AND value=/.test(line),
      );
      expect(searches).not.toEqual([]);
      if ('cursor' in filter) {
        // It begins where the last page ended, instead of reading up to there again.
        const seeks = searches.filter((line) => /created_at[<,]/.test(line));
        expect(seeks.length).toBeGreaterThanOrEqual(1);
      }
    },
  );

  const scope = { application: '', names: undefined };
  const times = { createdAfter: 1_000, createdBefore: undefined };

  it('counts what has ended from the index of lists alone, and groups no row of it', () => {
    const statuses = ['completed', 'compensated'] as const;
    const { text, values } = countsSql({ ...scope, ...times, statuses }, ['T']);
    const plan = planOf(text, values as string[]).join('\n');
    const key = String.raw`\(application=\? AND name=\? AND status=\? AND created_at>\?\)`;
    expect(plan).toMatch(new RegExp(`SEARCH s USING COVERING INDEX sagas_by_name ${key}`));
    expect(plan).not.toMatch(/TEMP B-TREE/);
    const read = { ...scope, from: 1_000, to: 9_000, bucketMs: 100 };
    const histogram = histogramSql(read, ['T']);
    expect(planOf(histogram.text, histogram.values as string[]).join('\n')).toMatch(
      /SEARCH s USING COVERING INDEX sagas_by_name .*status=\? AND created_at>\? AND created_at<\?/,
    );
  });

  it('reads the rows of those sagas alone whose durations count', () => {
    const text = durationsSql({ ...scope, ...times, sample: 10 });
    const plan = planOf(...(placed(text, ['', 'T']) as unknown as [string, string[]]));
    expect(plan.filter((line) => /^SEARCH s USING COVERING INDEX/.test(line))).toHaveLength(2);
    expect(plan).toContain('SEARCH r USING INTEGER PRIMARY KEY (rowid=?)');
  });

  const mark = () => '?';
  const pages = [
    ['saga_requests', requestConditions(requestQuery({}), mark)],
    ['saga_requests', requestConditions(requestQuery({ name: 'T', id: '1' }), mark)],
    ['saga_requests', requestConditions(requestQuery({ request: 'r' }), mark)],
    ['saga_requests', requestConditions(requestQuery({ bulk: 'b' }), mark)],
    ['saga_audit', auditConditions(auditQuery({}), mark)],
    ['saga_audit', auditConditions(auditQuery({ name: 'T', id: '1' }), mark)],
    ['saga_audit', auditConditions(auditQuery({ entry: 'e' }), mark)],
  ] as const;
  it.each(pages)('a page of %s where %j comes from an index, and is not sorted', (table, page) => {
    const sql = `SELECT * FROM ${table} WHERE ${page.where} ORDER BY seq DESC LIMIT 51`;
    const plan = planOf(sql, page.values as (string | number)[]);
    expect(costly(plan)).toEqual([]);
    expect(plan.join('\n')).not.toMatch(/TEMP B-TREE/);
  });
});
