import {
  cursorAfter,
  type AuditPage,
  type AuditQuery,
  type AuditRow,
  type RequestPage,
  type RequestQuery,
  type RequestRow,
} from '../../core/index.js';
import { UNREADABLE, type SqlRow } from './rows.js';

/** Reads columns, and notes those that cannot be read. */
class Columns {
  readonly #damaged: Set<string>;

  constructor(private readonly row: SqlRow) {
    const unreadable = row[UNREADABLE];
    this.#damaged = new Set(unreadable === undefined ? [] : String(unreadable).split(', '));
  }

  text(column: string): string {
    return String(this.row[column] ?? '');
  }

  textOrNull(column: string): string | null {
    const value = this.row[column];
    return value === null || value === undefined ? null : String(value);
  }

  whole(column: string): number {
    const value = Number(this.row[column]);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    this.#damaged.add(column);
    return 0;
  }

  wholeOrNull(column: string): number | null {
    return this.textOrNull(column) === null ? null : this.whole(column);
  }

  get act() {
    return {
      application: this.text('application'),
      name: this.text('name'),
      id: this.text('id'),
      act: this.text('act') as AuditRow['act'],
      label: this.textOrNull('label'),
      by: this.text('by'),
      reason: this.text('reason'),
      origin: this.text('origin'),
    };
  }

  get damage(): { readonly damage?: string } {
    if (this.#damaged.size === 0) return {};
    return { damage: `of its row ${[...this.#damaged].join(', ')} cannot be read` };
  }
}

/** Never throws: what cannot be read of one is reported as its damage. */
export function toRequestRow(row: SqlRow): RequestRow {
  const columns = new Columns(row);
  const read = {
    ...columns.act,
    request: columns.text('request'),
    result: columns.textOrNull('result'),
    bulk: columns.textOrNull('bulk'),
    createdAt: columns.whole('created_at'),
    takenBy: columns.textOrNull('taken_by'),
    takenAt: columns.wholeOrNull('taken_at'),
    takes: columns.whole('takes'),
    endedAt: columns.wholeOrNull('ended_at'),
    outcome: columns.textOrNull('outcome') as RequestRow['outcome'],
    message: columns.textOrNull('message'),
  };
  return { ...read, ...columns.damage };
}

/** Never throws: what cannot be read of one is reported as its damage. */
function toAuditRow(row: SqlRow): AuditRow {
  const columns = new Columns(row);
  const read = {
    ...columns.act,
    entry: columns.text('entry'),
    at: columns.whole('at'),
    outcome: columns.text('outcome') as AuditRow['outcome'],
    message: columns.textOrNull('message'),
  };
  return { ...read, ...columns.damage };
}

function paged<Row>(found: readonly SqlRow[], limit: number, read: (row: SqlRow) => Row) {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = found.length > limit && last !== undefined;
  const next = more ? { nextCursor: cursorAfter(Number(last['seq'])) } : {};
  return { rows: page.map(read), next };
}

export function toRequestPage(found: readonly SqlRow[], { limit }: RequestQuery): RequestPage {
  const { rows, next } = paged(found, limit, toRequestRow);
  return { requests: rows, ...next };
}

export function toAuditPage(found: readonly SqlRow[], { limit }: AuditQuery): AuditPage {
  const { rows, next } = paged(found, limit, toAuditRow);
  return { entries: rows, ...next };
}
