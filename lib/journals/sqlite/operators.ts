import type {
  AuditEntry,
  AuditOutcome,
  AuditPage,
  AuditQuery,
  EndRequest,
  ForgetActs,
  NewRequest,
  RequestPage,
  RequestQuery,
  RequestRow,
  TakeRequests,
} from '../../core/index.js';
import {
  AUDIT_COLUMNS,
  auditConditions,
  entryValues,
  NEW_ENTRY,
  NEW_REQUEST,
  REQUEST_COLUMNS,
  requestConditions,
  requestValues,
  storable,
  toAuditPage,
  toRequestPage,
  toRequestRow,
} from '../sql/index.js';
import { valuesOf } from './bulk-statement.js';
import { apart, together } from './columns.js';
import type { Database } from './database.js';

/** What is asked of the tables of operators, as data: what carries it out may live in another thread. */
export type OperatorWrite =
  | { readonly kind: 'request'; readonly request: NewRequest }
  | { readonly kind: 'take'; readonly request: TakeRequests }
  | { readonly kind: 'let-go'; readonly request: string; readonly owner: string }
  | { readonly kind: 'end'; readonly request: EndRequest }
  | { readonly kind: 'forget-acts'; readonly request: ForgetActs };

export interface OperatorWriteResults {
  readonly request: undefined;
  readonly take: readonly RequestRow[];
  readonly 'let-go': undefined;
  readonly end: boolean;
  readonly 'forget-acts': number;
}

export type OperatorRead =
  | { readonly kind: 'requests'; readonly query: RequestQuery }
  | { readonly kind: 'audit'; readonly query: AuditQuery };

export interface OperatorReadResults {
  readonly requests: RequestPage;
  readonly audit: AuditPage;
}

const columnsOf = (names: readonly string[], of = ''): string =>
  together(Object.fromEntries(names.map((name) => [name, `${of}${name}`])));
const marks = (names: readonly string[]): string => valuesOf(names.length, '?');

const ASK = `INSERT INTO saga_requests (${NEW_REQUEST.join(', ')}, created_at)
  VALUES (${marks(NEW_REQUEST)}, ?) ON CONFLICT (request) DO NOTHING`;
/** Of one saga only the oldest: NOT EXISTS looks at those that are open. */
export const OPEN_REQUESTS = `SELECT r.request FROM saga_requests r INDEXED BY saga_requests_open
  WHERE r.application = ? AND r.ended_at IS NULL
    AND r.act IN (SELECT value FROM json_each(?))
    AND (r.name IN (SELECT value FROM json_each(?)) OR r.act IN (SELECT value FROM json_each(?)))
    AND r.request NOT IN (SELECT value FROM json_each(?))
    AND (r.taken_by IS NULL OR r.taken_by = ? OR NOT EXISTS (
      SELECT 1 FROM saga_owners o WHERE o.owner = r.taken_by AND o.alive_until >= ?))
    AND NOT EXISTS (
      SELECT 1 FROM saga_requests e INDEXED BY saga_requests_open
      WHERE e.application = r.application AND e.name = r.name AND e.id = r.id
        AND e.ended_at IS NULL AND e.seq < r.seq)
  ORDER BY r.seq LIMIT ?`;
const TAKE = `UPDATE saga_requests SET taken_by = ?, taken_at = ?, takes = takes + 1 WHERE request = ?
  RETURNING ${columnsOf(REQUEST_COLUMNS, 'saga_requests.')}`;
const LET_GO = `UPDATE saga_requests SET taken_by = NULL, taken_at = NULL, takes = max(takes - 1, 0)
  WHERE request = ? AND taken_by = ? AND ended_at IS NULL`;
const END = `UPDATE saga_requests SET ended_at = ?, outcome = ?, message = ?
  WHERE request = ? AND taken_by IS ? AND ended_at IS NULL`;
const WRITE = `INSERT INTO saga_audit (${NEW_ENTRY.join(', ')}, at, outcome, message)
  VALUES (${marks(NEW_ENTRY)}, ?, ?, NULL) ON CONFLICT (entry) DO NOTHING`;
const WRITE_END = `INSERT INTO saga_audit (${NEW_ENTRY.join(', ')}, at, outcome, message)
  SELECT ${NEW_ENTRY.slice(0, -1).join(', ')}, request, ended_at, outcome, message
  FROM saga_requests WHERE request = ?
  ON CONFLICT (entry) DO NOTHING`;
export const FORGET_REQUESTS = `DELETE FROM saga_requests WHERE seq IN (
  SELECT seq FROM saga_requests INDEXED BY saga_requests_by_age
  WHERE application = ? AND ended_at IS NOT NULL AND ended_at <= ? ORDER BY ended_at LIMIT ?)`;
export const FORGET_AUDIT = `DELETE FROM saga_audit WHERE seq IN (
  SELECT seq FROM saga_audit INDEXED BY saga_audit_by_age
  WHERE application = ? AND at <= ? ORDER BY at LIMIT ?)`;

/** Requests and the audit, inside a transaction of the writer's where they write. Times are the store's. */
export class Operators {
  constructor(private readonly database: Database) {}

  perform(write: OperatorWrite, now: number): OperatorWriteResults[keyof OperatorWriteResults] {
    switch (write.kind) {
      case 'request':
        this.database.run(ASK, ...requestValues(write.request), now);
        return undefined;
      case 'take':
        return this.#take(write.request, now);
      case 'let-go':
        this.database.run(LET_GO, write.request, write.owner);
        return undefined;
      case 'end':
        return this.#end(write.request, now);
      case 'forget-acts':
        return this.#forget(write.request, now);
    }
  }

  read(read: OperatorRead): OperatorReadResults[keyof OperatorReadResults] {
    if (read.kind === 'requests') {
      const { where, values } = requestConditions(read.query, () => '?');
      return toRequestPage(this.#page('saga_requests', where, values, read), read.query);
    }
    const { where, values } = auditConditions(read.query, () => '?');
    return toAuditPage(this.#page('saga_audit', where, values, read), read.query);
  }

  /** With what they tell of. An entry that is there already stays. */
  write(entries: readonly AuditEntry[], outcome: AuditOutcome, now: number): void {
    for (const entry of entries) this.database.run(WRITE, ...entryValues(entry), now, outcome);
  }

  #take(request: TakeRequests, now: number): readonly RequestRow[] {
    const { owner, application = '', names, acts, actsOnAny, except, limit } = request;
    const lists = [acts, names, actsOnAny, except].map((list) => JSON.stringify(list));
    const whose = [storable('application', application), ...lists, storable('owner', owner), now];
    const found = this.database.all(OPEN_REQUESTS, ...whose, limit);
    return found.flatMap(({ request: taken = null }) =>
      this.database.all(TAKE, owner, now, taken).map((row) => toRequestRow(apart(row))),
    );
  }

  #end({ request, owner, outcome, message }: EndRequest, now: number): boolean {
    const told = message === null ? null : storable('message', message);
    const { changes } = this.database.run(END, now, outcome, told, request, owner);
    if (Number(changes) === 0) return false;
    this.database.run(WRITE_END, request);
    return true;
  }

  #forget({ application = '', olderThanMs, limit }: ForgetActs, now: number): number {
    const which = [storable('application', application), now - olderThanMs, limit] as const;
    const requests = this.database.run(FORGET_REQUESTS, ...which).changes;
    return Number(requests) + Number(this.database.run(FORGET_AUDIT, ...which).changes);
  }

  #page(
    table: 'saga_requests' | 'saga_audit',
    where: string,
    values: readonly (string | number | bigint | null)[],
    { query }: OperatorRead,
  ) {
    const columns = columnsOf(table === 'saga_requests' ? REQUEST_COLUMNS : AUDIT_COLUMNS);
    const sql = `SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY seq DESC LIMIT ?`;
    return this.database.query(sql, [...values, query.limit + 1]).map(apart);
  }
}
