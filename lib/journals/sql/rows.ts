import type { AbandonedSagas, SagaRow } from '../../core/index.js';

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
  'headers',
  'deadline',
  'input',
  'owner',
  'epoch',
  'recoveries',
  'cancel_reason',
  'park_reason',
  'label',
  'cancel_by',
  'wake_at',
  'created_at',
  'updated_at',
] as const;

/** No epoch and no count of recoveries is higher; it is short of what an integer column holds. */
export const MAX_COUNT = 2_000_000_000;

/** The column in which a store passes on, as one text, the columns that it could not read itself. */
export const UNREADABLE = 'unreadable';

function textOrNull(value: SqlValue | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** A JSON object of texts. Own keys only, `__proto__` included: nothing is merged into anything. */
function textsOf(text: string): Record<string, string> | undefined {
  try {
    const texts: unknown = JSON.parse(text);
    if (typeof texts !== 'object' || texts === null || Array.isArray(texts)) return undefined;
    const isWhole = Object.values(texts).every((value) => typeof value === 'string');
    return isWhole ? (texts as Record<string, string>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A row that has `SAGA_COLUMNS`. Never throws: what cannot be read of one saga is reported as its
 * damage, and affects no other of the same answer.
 */
export function toSagaRow(row: SqlRow): SagaRow {
  const damaged = new Set(row[UNREADABLE] === undefined ? [] : String(row[UNREADABLE]).split(', '));
  const whole = (column: string): number => {
    const value = Number(row[column]);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    damaged.add(column);
    return 0;
  };
  const texts = (column: string): Record<string, string> => {
    const read = textsOf(String(row[column]));
    if (read === undefined) damaged.add(column);
    return read ?? {};
  };
  const read = {
    application: String(row['application']),
    name: String(row['name']),
    id: String(row['id']),
    birth: String(row['birth']),
    version: whole('version'),
    fingerprint: String(row['fingerprint']),
    status: row['status'] as SagaRow['status'],
    key: textOrNull(row['key']),
    tags: texts('tags'),
    headers: row['headers'] === null ? {} : texts('headers'),
    deadline: row['deadline'] === null ? null : whole('deadline'),
    input: String(row['input']),
    owner: textOrNull(row['owner']),
    epoch: whole('epoch'),
    recoveries: whole('recoveries'),
    cancelReason: textOrNull(row['cancel_reason']),
    parkReason: textOrNull(row['park_reason']) as SagaRow['parkReason'],
    label: textOrNull(row['label']),
    cancelBy: textOrNull(row['cancel_by']),
    wakeAt: whole('wake_at') || null,
    createdAt: whole('created_at'),
    updatedAt: whole('updated_at'),
  };
  if (damaged.size === 0) return read;
  return { ...read, damage: `of its row ${[...damaged].join(', ')} cannot be read` };
}

export function toAbandoned({ name, version, sagas }: SqlRow): AbandonedSagas {
  return { name: String(name), version: Number(version), sagas: Number(sagas) };
}
