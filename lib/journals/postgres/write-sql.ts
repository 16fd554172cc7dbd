import type { CancelRequest } from '../../core/index.js';
import type { SqlValue } from '../sql/index.js';
import { APPEND_COLUMNS, CREATE_COLUMNS, STAY_COLUMNS, type Column } from './parameters.js';
import { insertAppendSql, movesSql, staysSql } from './append-sql.js';
import { NOW } from './expressions.js';
import type { Tables } from './tables.js';

/** What is written together: new sagas, appends that leave the row of the saga as it is, and appends that change it. */
const PARTS = ['creates', 'stays', 'moves'] as const;
export type Part = (typeof PARTS)[number];

/** `$1` is the number of the write; the parameters of its parts follow. */
const COLUMNS = { creates: CREATE_COLUMNS, stays: STAY_COLUMNS, moves: APPEND_COLUMNS } as const;

const names = (columns: readonly { readonly name: string }[]): string =>
  columns.map(({ name }) => name).join(', ');

/** An array per column; those of one element, which stand for all, are taken apart once. */
function rows<Item>(
  columns: readonly Column<Item>[],
  part: Part,
  before: number,
): readonly [string, string] {
  const arrays = columns.map(({ type }, index) => `$${before + index + 1}::${type}[]`);
  const shared = columns.flatMap(({ name, alike }, index) =>
    alike === true ? [`(${arrays[index]})[1] AS ${name}`] : [],
  );
  const all = columns.map(({ name, alike }) =>
    alike === true ? `coalesce(e.${name}, a.${name}) AS ${name}` : `e.${name}`,
  );
  return [
    `alike_${part} AS MATERIALIZED (SELECT ${shared.join(', ')})`,
    `(SELECT ${all.join(', ')}
      FROM alike_${part} a, unnest(${arrays.join(', ')}) AS e (${names(columns)})) AS i`,
  ];
}

/** One row, with a value per column: the server takes two thirds of the time that arrays of one take. */
function row<Item>(columns: readonly Column<Item>[]): string {
  const values = columns.map(({ name, type }, index) => `$${index + 2}::${type} AS ${name}`);
  return `(SELECT ${values.join(', ')}) AS i`;
}

/** An id that is taken is left out here, and looked at afterwards. */
function createSql({ sagas }: Tables, source: string, clock: string): string {
  return `INSERT INTO ${sagas} (${names(CREATE_COLUMNS)}, epoch, recoveries, created_at, updated_at, created_in)
      SELECT i.*, 1, 0, now, now, $1::bigint FROM ${source}, ${clock}
      ON CONFLICT (application, name, id) DO NOTHING`;
}

function taggedSql({ tags }: Tables, created: string): string {
  return `tagged AS (
      INSERT INTO ${tags} (application, name, value, created_at, saga)
      SELECT b.application, t.key, t.value, b.created_at, b.saga
      FROM ${created} b CROSS JOIN LATERAL json_each_text(b.tags::json) t WHERE b.tags <> '{}'
    )`;
}

/** A saga without tags. */
function createOneSql(tables: Tables): string {
  const clock = `(SELECT ${NOW} AS now OFFSET 0) clock`;
  return `${createSql(tables, row(CREATE_COLUMNS), clock)} RETURNING saga, application, name, id, status`;
}

function appendOneSql(tables: Tables, part: 'stays' | 'moves'): string {
  const source = row(COLUMNS[part] as typeof APPEND_COLUMNS);
  const [one, at] =
    part === 'stays'
      ? [staysSql(tables, source), NOW]
      : [movesSql(tables, source, NOW), 'w.updated_at'];
  return `WITH ${one}, written AS (${insertAppendSql(tables, `${part} w`, at)})
    SELECT saga, CASE WHEN cancel IS NOT NULL THEN json_build_object(saga, cancel) END AS cancel FROM ${part}`;
}

/**
 * One statement, and so one transaction and one round trip, that creates sagas and appends records to
 * others. It returns the sagas that it wrote, those of appends in one row; those that are missing were
 * refused alone. No saga may be in it twice. Done again with the same `$1` it writes nothing twice.
 */
function groupSql(tables: Tables, parts: readonly Part[]): string {
  const ctes = [`clock AS MATERIALIZED (SELECT ${NOW} AS now)`];
  const told: string[] = [];
  let before = 1;
  for (const part of parts) {
    const [alike, source] = rows(COLUMNS[part] as readonly Column<never>[], part, before);
    before += COLUMNS[part].length;
    ctes.push(alike);
    if (part === 'creates') {
      const created = createSql(tables, source, 'clock');
      ctes.push(
        `creates AS (${created} RETURNING saga, application, name, id, status, tags, created_at)`,
      );
      ctes.push(taggedSql(tables, part));
      told.push('SELECT saga::text, application, name, id, status, NULL AS cancel FROM creates');
    } else {
      ctes.push(
        part === 'stays'
          ? staysSql(tables, source)
          : movesSql(tables, `clock, ${source}`, 'clock.now'),
      );
    }
  }
  const appended = parts
    .filter((part) => part !== 'creates')
    .map((part) => `SELECT saga, first_seq, last_seq, records, cancel FROM ${part}`);
  if (appended.length > 0) {
    const all = `(${appended.join(' UNION ALL ')}) w`;
    ctes.push(`written AS (${insertAppendSql(tables, `${all}, clock`, 'clock.now')})`);
    const refs = told.length === 0 ? '' : 'NULL, NULL, NULL, NULL, ';
    told.push(`SELECT string_agg(saga::text, ',') AS saga, ${refs}
      json_object_agg(saga, cancel) FILTER (WHERE cancel IS NOT NULL) AS cancel FROM ${all}`);
  }
  return `WITH ${ctes.join(',\n')}\n${told.join(' UNION ALL ')}`;
}

/** By what they write: one, or several of these parts. */
export function writeStatements(tables: Tables): ReadonlyMap<string, string> {
  const [creates, stays, moves] = PARTS;
  const groups: readonly (readonly Part[])[] = [
    [creates],
    [stays],
    [moves],
    [creates, stays],
    [creates, moves],
    [stays, moves],
    PARTS,
  ];
  return new Map([
    ['create', createOneSql(tables)],
    ['stay', appendOneSql(tables, 'stays')],
    ['move', appendOneSql(tables, 'moves')],
    ...groups.map((parts) => [parts.join('-'), groupSql(tables, parts)] as const),
  ]);
}

/**
 * One create inside a transaction of the application's, which the last parameter names: in any other one it
 * stores nothing. It is nobody's, and asleep until now, so that to claim it is no recovery.
 */
export function createGuardedSql(tables: Tables): string {
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
    guard AS MATERIALIZED (SELECT pg_current_xact_id()::text = $${CREATE_COLUMNS.length + 2}::text AS same),
    born AS (
      INSERT INTO ${tables.sagas} (${names(CREATE_COLUMNS)}, epoch, recoveries, created_at, updated_at, wake_at, created_in)
      SELECT i.*, 1, 0, now, now, now, $1::bigint FROM ${row(CREATE_COLUMNS)}, clock, guard WHERE guard.same
      ON CONFLICT (application, name, id) DO NOTHING
      RETURNING saga, application, tags, created_at
    ),
    ${taggedSql(tables, 'born')}
    SELECT CASE WHEN guard.same THEN 'yes' ELSE 'no' END AS same, born.saga::text AS saga
    FROM guard LEFT JOIN born ON true`;
}

/** The request to cancel a saga that a write tells of. */
export function cancelOf(told: SqlValue | undefined): CancelRequest | undefined {
  if (told === null || told === undefined) return undefined;
  const [reason, by] = JSON.parse(String(told)) as readonly [string, string | null];
  return by === null ? { reason } : { reason, by };
}

/** The same by the keys of the sagas that a statement has written. */
export function cancelsOf(
  told: SqlValue | undefined,
): Readonly<Record<string, CancelRequest | undefined>> {
  if (told === null || told === undefined) return {};
  const all = Object.entries(JSON.parse(String(told)) as Readonly<Record<string, string>>);
  return Object.fromEntries(all.map(([saga, cancel]) => [saga, cancelOf(cancel)]));
}
