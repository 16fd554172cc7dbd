import type { AuditEntry, AuditQuery, NewRequest, RequestQuery } from '../../core/index.js';
import type { SqlValue } from './rows.js';
import { storable } from './storable.js';

/** What a request and an entry of the audit have in common, in the order of their values. */
const ACT_COLUMNS = [
  'application',
  'name',
  'id',
  'act',
  'label',
  'by',
  'reason',
  'origin',
] as const;

/** The columns of a new request, in the order of `requestValues`. */
export const NEW_REQUEST = [...ACT_COLUMNS, 'request', 'result', 'bulk'] as const;
/** The columns of a new entry, in the order of `entryValues`. */
export const NEW_ENTRY = [...ACT_COLUMNS, 'entry'] as const;
export const REQUEST_COLUMNS = [
  ...['seq', ...NEW_REQUEST, 'created_at', 'taken_by', 'taken_at', 'takes'],
  ...['ended_at', 'outcome', 'message'],
] as const;
export const AUDIT_COLUMNS = ['seq', ...NEW_ENTRY, 'at', 'outcome', 'message'] as const;

function actValues(act: Omit<AuditEntry, 'entry'>): readonly (string | null)[] {
  return [
    storable('application', act.application ?? ''),
    storable('name', act.name),
    storable('id', act.id),
    act.act,
    act.label === null ? null : storable('label', act.label),
    storable('by', act.by),
    storable('reason', act.reason),
    storable('origin', act.origin),
  ];
}

/** @throws SagaSerializationError for text that cannot be kept. */
export function requestValues(asked: NewRequest): readonly (string | null)[] {
  const { request, result, bulk } = asked;
  const stored = result === null ? null : storable('result', result);
  const part = bulk === null ? null : storable('bulk', bulk);
  return [...actValues(asked), storable('request', request), stored, part];
}

/** @throws SagaSerializationError for text that cannot be kept. */
export function entryValues(entry: AuditEntry): readonly (string | null)[] {
  return [...actValues(entry), storable('entry', entry.entry)];
}

/** A list: the conditions for `WHERE`, and their values in the order of the text. */
interface Listed {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

type Condition = readonly [sql: string, value: SqlValue | undefined];

function listed(all: readonly Condition[], placeholder: (position: number) => string): Listed {
  const values: SqlValue[] = [];
  const given = all.flatMap(([sql, value]) => {
    return value === undefined ? [] : [`${sql} ${placeholder(values.push(value))}`];
  });
  return { where: given.join(' AND '), values };
}

function texts(columns: Readonly<Record<string, string | undefined>>): readonly Condition[] {
  return Object.entries(columns).map(([column, value]) => [
    `${column} =`,
    value === undefined ? undefined : storable(column, value),
  ]);
}

/** The page is `ORDER BY seq DESC LIMIT limit + 1`: one more than asked tells whether another follows. */
export function requestConditions(
  { application, request, bulk, name, id, below, open }: RequestQuery,
  placeholder: (position: number) => string,
): Listed {
  const found = listed(
    [...texts({ application, request, bulk, name, id }), ['seq <', below]],
    placeholder,
  );
  const state = open === undefined ? '' : ` AND ended_at IS ${open ? '' : 'NOT '}NULL`;
  return { ...found, where: found.where + state };
}

/** As `requestConditions`. */
export function auditConditions(
  { application, entry, name, id, by, act, after, before, below }: AuditQuery,
  placeholder: (position: number) => string,
): Listed {
  return listed(
    [
      ...texts({ application, entry, name, id, by, act }),
      ['at >', after],
      ['at <', before],
      ['seq <', below],
    ],
    placeholder,
  );
}
