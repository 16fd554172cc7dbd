/**
 * A statement with a `?` for each value, of one with `$1` …: clients of the family of Knex count nothing. One
 * that has `?` already stays as it is.
 */
export function withQuestionMarks(
  sql: string,
  params: readonly unknown[],
): [sql: string, params: unknown[]] {
  if (!/\$\d/.test(sql)) return [sql, [...params]];
  const values: unknown[] = [];
  const text = sql.replace(/\?|\$(\d+)/g, (found, number: string) => {
    // An operator of Postgres.
    if (found === '?') return '\\?';
    values.push(params[Number(number) - 1]);
    return '?';
  });
  return [text, values];
}
