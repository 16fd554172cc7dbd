import { shown } from '../sql/index.js';

/** Names of a schema's tables, quoted, ready for SQL texts. */
export interface Tables {
  /** The schema itself. */
  readonly schema: string;
  readonly sagas: string;
  readonly appends: string;
  readonly tags: string;
  readonly owners: string;
  readonly plans: string;
  readonly requests: string;
  readonly audit: string;
  readonly versions: string;
  /** For people: one row per record. */
  readonly records: string;
  /** The function that appends inside a transaction of the application's. */
  readonly appendWithin: string;
}

/** Short of the 63 bytes at which Postgres cuts names; `pg_` and the catalogue are its own. */
const NAME = /^(?!pg_|information_schema$)[a-z_][a-z0-9_]{0,39}$/;

/** Why a schema may not be called so. Names that are allowed need no escaping inside quotes. */
export function schemaProblem(name: unknown): string | undefined {
  if (typeof name === 'string' && NAME.test(name)) return undefined;
  return `schema must be 1 to 40 of a-z, 0-9 and _, not begin with a digit or pg_, and not be information_schema (got ${shown(name)})`;
}

export function tablesOf(schema: string): Tables {
  const of = (table: string): string => `"${schema}"."${table}"`;
  return {
    schema: `"${schema}"`,
    sagas: of('sagas'),
    appends: of('saga_appends'),
    tags: of('saga_tags'),
    owners: of('saga_owners'),
    plans: of('saga_plans'),
    requests: of('saga_requests'),
    audit: of('saga_audit'),
    versions: of('saga_schema'),
    records: of('saga_records'),
    appendWithin: of('saga_append_within'),
  };
}
