import { APPEND_COLUMNS } from './parameters.js';
import { CANCEL, changesSql, insertAppendSql } from './append-sql.js';
import { AT_REST, NOW } from './expressions.js';
import { nextSeqSql } from './reader.js';
import type { Tables } from './tables.js';

/** How long a session may leave such a transaction open without a word, in ms. */
const IDLE_MS = '10000';

const [, ...COLUMNS] = APPEND_COLUMNS;
/** The number of the write, the saga's application, name and id, what is written, and the transaction. */
const TYPES = [
  ...['bigint', 'text', 'text', 'text'],
  ...COLUMNS.map(({ type }) => type as string),
  'text',
];

/**
 * One append inside a transaction of the application's, which the last parameter names: in any other one it stores
 * nothing. The server ends the session when no COMMIT follows, so that it does not hold the saga for ever.
 */
function statement(tables: Tables): string {
  const values = COLUMNS.map(({ name }, index) => `$${index + 5} AS ${name}`);
  const source = `(SELECT k.saga, ${values.join(', ')} FROM ${tables.sagas} k, guard
    WHERE guard.same AND k.application = $2 AND k.name = $3 AND k.id = $4) AS i`;
  const guard = `guard AS MATERIALIZED (
    SELECT pg_current_xact_id()::text = $${TYPES.length} AS same,
      set_config('idle_in_transaction_session_timeout', '${IDLE_MS}', true) AS ends)`;
  const { sagas } = tables;
  return `WITH clock AS MATERIALIZED (SELECT ${NOW} AS now),
    ${guard},
    held AS MATERIALIZED (
      SELECT i.*, h.was, h.had, h.cancel
      FROM ${source} CROSS JOIN LATERAL (
        SELECT s.saga, s.status AS was, s.recoveries AS had, s.initial_seq, ${CANCEL} AS cancel
        FROM ${sagas} s
        WHERE s.saga = i.saga AND s.owner = i.owner AND s.epoch = i.epoch
        FOR NO KEY UPDATE
      ) h
      WHERE i.first_seq = ${nextSeqSql(tables, 'h')}
    ),
    written AS (${insertAppendSql(tables, 'held w, clock', 'clock.now')}),
    changed AS (
      UPDATE ${sagas} s SET ${changesSql('h', 'clock.now')}
      FROM held h, clock
      WHERE s.saga = h.saga
        AND (h.status <> h.was OR (h.progress AND h.had > 0) OR h.${AT_REST} OR h.wake_at IS NOT NULL)
    )
    SELECT CASE WHEN guard.same THEN 'yes' ELSE 'no' END, guard.ends, held.saga::text, held.cancel
    FROM guard LEFT JOIN held ON true`;
}

/**
 * The statement as a function, because a session keeps the plans of these, also where the application's client
 * prepares nothing, or must not behind a pgbouncer that pools transactions: planning it each time is more than half of
 * what a transactional step costs the server. Processes of several versions may be at work: who changes it gives it
 * another name.
 */
export function appendWithinSql(tables: Tables): string {
  return `CREATE FUNCTION ${tables.appendWithin} (${TYPES.join(', ')})
    RETURNS TABLE (same text, ends text, held_saga text, held_cancel text) LANGUAGE plpgsql AS $saga$
    #variable_conflict use_column
    BEGIN
      RETURN QUERY ${statement(tables)};
    END $saga$`;
}

export function callAppendWithin({ appendWithin }: Tables): string {
  const given = TYPES.map((type, index) => `$${index + 1}::${type}`);
  return `SELECT same, held_saga AS saga, held_cancel AS cancel FROM ${appendWithin} (${given.join(', ')})`;
}

/** What the role of the client can do with the function: `good`, `missing` or `forbidden`. */
export function lookForAppendWithinSql({ appendWithin }: Tables): string {
  return `SELECT CASE WHEN f IS NULL THEN 'missing' WHEN has_function_privilege(f, 'EXECUTE') THEN 'good' ELSE 'forbidden' END AS answer
    FROM (SELECT to_regprocedure('${appendWithin}(${TYPES.join(',')})')::oid AS f) AS of`;
}
