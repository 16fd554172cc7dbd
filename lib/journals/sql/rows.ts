import type { SagaRow } from '../../core/index.js';

/** What a driver hands back for one column; integers beyond 32 bits may come as text or bigint. */
export type SqlValue = string | number | bigint | null;

/** One row as a driver hands it back, keyed by column. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The columns of a saga's row, in the order that both stores declare and select them. */
export const SAGA_COLUMNS = [
  'application',
  'name',
  'id',
  'birth',
  'version',
  'fingerprint',
  'status',
  'key',
  'tags',
  'deadline',
  'input',
  'owner',
  'epoch',
  'recoveries',
  'cancel_reason',
  'created_at',
  'updated_at',
] as const;

function textOrNull(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** A row that has `SAGA_COLUMNS`; `tags` is a JSON object. */
export function toSagaRow(row: SqlRow): SagaRow {
  return {
    application: String(row['application']),
    name: String(row['name']),
    id: String(row['id']),
    birth: String(row['birth']),
    version: Number(row['version']),
    fingerprint: String(row['fingerprint']),
    status: row['status'] as SagaRow['status'],
    key: textOrNull(row['key']),
    // Own keys only, `__proto__` included: nothing is merged into anything.
    tags: JSON.parse(String(row['tags'])) as Record<string, string>,
    deadline: row['deadline'] === null ? null : Number(row['deadline']),
    input: String(row['input']),
    owner: textOrNull(row['owner']),
    epoch: Number(row['epoch']),
    recoveries: Number(row['recoveries']),
    cancelReason: textOrNull(row['cancel_reason']),
    createdAt: Number(row['created_at']),
    updatedAt: Number(row['updated_at']),
  };
}
