import {
  auditQuery,
  cursorAfter,
  requestQuery,
  type AuditEntry,
  type AuditFilter,
  type AuditOutcome,
  type AuditPage,
  type AuditRow,
  type EndRequest,
  type ForgetActs,
  type NewRequest,
  type OperatorJournal,
  type RequestFilter,
  type RequestPage,
  type RequestRow,
  type TakeRequests,
} from '../../core/index.js';

/** So many are kept of each, the newest. */
const MAX_KEPT = 10_000;

type Kept<Row> = Row & { readonly seq: number };

/** What operators do, in memory. Rows never change: another one takes the place. */
export class MemoryOperators implements OperatorJournal {
  /** By request, and by entry, in the order of their numbers. */
  readonly #requests = new Map<string, Kept<RequestRow>>();
  readonly #audit = new Map<string, Kept<AuditRow>>();
  #seq = 0;

  constructor(
    private readonly now: () => number,
    private readonly lives: (owner: string) => boolean,
  ) {}

  async request(asked: NewRequest): Promise<void> {
    if (this.#requests.has(asked.request)) return;
    const { request, application = '', name, id, act, label, result, bulk } = asked;
    const { by, reason, origin } = asked;
    const acted = { application, name, id, act, label, by, reason, origin };
    const given = { request, ...acted, result, bulk };
    const open = { takenBy: null, takenAt: null, takes: 0, endedAt: null };
    const row = { ...given, ...open, createdAt: this.now(), outcome: null, message: null };
    keep(this.#requests, request, { ...row, seq: (this.#seq += 1) });
  }

  async take(asked: TakeRequests): Promise<readonly RequestRow[]> {
    const { owner, limit } = asked;
    const before = new Set<string>();
    const taken: RequestRow[] = [];
    for (const row of this.#requests.values()) {
      if (taken.length >= limit) break;
      if (row.endedAt !== null) continue;
      const saga = JSON.stringify([row.application, row.name, row.id]);
      const isOldest = !before.has(saga);
      before.add(saga);
      if (!isOldest || !this.#isFor(row, asked)) continue;
      const next = { ...row, takenBy: owner, takenAt: this.now(), takes: row.takes + 1 };
      this.#requests.set(row.request, next);
      taken.push(shown(next));
    }
    return taken;
  }

  async letGo(request: string, owner: string): Promise<void> {
    const row = this.#requests.get(request);
    if (row === undefined || row.endedAt !== null || row.takenBy !== owner) return;
    const takes = Math.max(0, row.takes - 1);
    this.#requests.set(request, { ...row, takenBy: null, takenAt: null, takes });
  }

  async end({ request, owner, outcome, message }: EndRequest): Promise<boolean> {
    const row = this.#requests.get(request);
    if (row === undefined || row.endedAt !== null || row.takenBy !== owner) return false;
    this.#requests.set(request, { ...row, endedAt: this.now(), outcome, message });
    this.write([{ ...row, entry: request }], outcome, message);
    return true;
  }

  async requests(filter: RequestFilter): Promise<RequestPage> {
    const query = requestQuery(filter);
    const { application, request, bulk, name, id, open } = query;
    const { rows, nextCursor } = page(this.#requests, query, (row) => {
      const { endedAt } = row;
      return (
        row.application === application &&
        (request === undefined || row.request === request) &&
        (bulk === undefined || row.bulk === bulk) &&
        (name === undefined || row.name === name) &&
        (id === undefined || row.id === id) &&
        (open === undefined || (endedAt === null) === open)
      );
    });
    return { requests: rows, ...nextCursor };
  }

  async audit(filter: AuditFilter): Promise<AuditPage> {
    const query = auditQuery(filter);
    const { application, entry, name, id, by, act, after, before } = query;
    const { rows, nextCursor } = page(
      this.#audit,
      query,
      (row) =>
        row.application === application &&
        (entry === undefined || row.entry === entry) &&
        (name === undefined || row.name === name) &&
        (id === undefined || row.id === id) &&
        (by === undefined || row.by === by) &&
        (act === undefined || row.act === act) &&
        (after === undefined || row.at > after) &&
        (before === undefined || row.at < before),
    );
    return { entries: rows, ...nextCursor };
  }

  async forget({ application = '', olderThanMs, limit }: ForgetActs): Promise<number> {
    const newest = this.now() - olderThanMs;
    const isOld = (row: { application: string }, at: number | null): boolean =>
      row.application === application && at !== null && at <= newest;
    return (
      forgetOld(this.#requests, limit, (row) => isOld(row, row.endedAt)) +
      forgetOld(this.#audit, limit, (row) => isOld(row, row.at))
    );
  }

  /** Written with what they tell of. An entry that is there already stays. */
  write(
    entries: readonly AuditEntry[],
    outcome: AuditOutcome,
    message: string | null = null,
  ): void {
    for (const { entry, application = '', name, id, act, label, by, reason, origin } of entries) {
      if (this.#audit.has(entry)) continue;
      const told = { entry, application, name, id, act, label, by, reason, origin };
      const row = { ...told, at: this.now(), outcome, message, seq: (this.#seq += 1) };
      keep(this.#audit, entry, row);
    }
  }

  #isFor(row: RequestRow, asked: TakeRequests): boolean {
    const { owner, application = '', names, acts, actsOnAny, except } = asked;
    const isFree = row.takenBy === null || row.takenBy === owner || !this.lives(row.takenBy);
    const isKnown = names.includes(row.name) || actsOnAny.includes(row.act);
    const isMeant = row.application === application && acts.includes(row.act) && isKnown;
    return isMeant && isFree && !except.includes(row.request);
  }
}

function keep<Row>(all: Map<string, Row>, key: string, row: Row): void {
  all.set(key, row);
  for (const oldest of all.keys()) {
    if (all.size <= MAX_KEPT) return;
    all.delete(oldest);
  }
}

function forgetOld<Row>(
  all: Map<string, Row>,
  limit: number,
  isOld: (row: Row) => boolean,
): number {
  const old = [...all].filter(([, row]) => isOld(row)).slice(0, limit);
  for (const [key] of old) all.delete(key);
  return old.length;
}

function shown<Row>({ seq: _, ...row }: Kept<Row>): Omit<Kept<Row>, 'seq'> {
  return row;
}

/** Newest first. */
function page<Row>(
  all: ReadonlyMap<string, Kept<Row>>,
  { below = Infinity, limit }: { readonly below: number | undefined; readonly limit: number },
  matches: (row: Row) => boolean,
) {
  const found = [...all.values()].filter((row) => row.seq < below && matches(row)).toReversed();
  const kept = found.slice(0, limit);
  const last = kept.at(-1);
  const more = found.length > limit && last !== undefined;
  const nextCursor = more ? { nextCursor: cursorAfter(last.seq) } : {};
  return { rows: kept.map(shown), nextCursor };
}
