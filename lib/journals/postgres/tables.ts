/** Names of a schema's tables, quoted, ready for SQL texts. */
export interface Tables {
  /** The schema itself. */
  readonly schema: string;
  readonly sagas: string;
  readonly appends: string;
  readonly tags: string;
  readonly owners: string;
  readonly versions: string;
  /** For people: one row per record. */
  readonly records: string;
}

const NAME = /^[a-z_][a-z0-9_]{0,39}$/;

/** What a schema may be called: all that is left needs no escaping inside quotes. */
export function isSchemaName(name: unknown): name is string {
  return typeof name === 'string' && NAME.test(name);
}

export function tablesOf(schema: string): Tables {
  const of = (table: string): string => `"${schema}"."${table}"`;
  return {
    schema: `"${schema}"`,
    sagas: of('sagas'),
    appends: of('saga_appends'),
    tags: of('saga_tags'),
    owners: of('saga_owners'),
    versions: of('saga_schema'),
    records: of('saga_records'),
  };
}
