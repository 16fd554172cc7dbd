import {
  listQuery,
  type ListQuery,
  type SagaFilter,
  SagaOptionsError,
  type SagaStatus,
  type SagaSummary,
  type SagaSummaryPage,
} from '../../core/index.js';
import { checkFilter } from '../../core/engine/index.js';
import { sqlText, type RestateServer, type SqlRow } from './server.js';
import { startInputOf } from './store.js';
import { LISTED, RUN, type ListedState } from './wire.js';

/** Rows of one query, and how many a list reads in all before it returns what it has. */
const CHUNK = 1_000;
const MAX_LOOKED_AT = 20_000;

interface Position {
  readonly at: string;
  readonly id: string;
}

function cursorOf({ at, id }: Position): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url');
}

function positionOf(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof at === 'string' && typeof id === 'string') return { at, id };
  } catch {
    // A bad cursor is refused below.
  }
  throw new SagaOptionsError('cursor must be the nextCursor of the page before');
}

function timeOf(ms: number): string {
  return `TIMESTAMP ${sqlText(new Date(ms).toISOString())}`;
}

function conditions(query: ListQuery, names: readonly string[], after: Position | undefined) {
  const { createdAfter, createdBefore } = query;
  return [
    `i.target_handler_name = '${RUN}'`,
    `i.target_service_name IN (${names.map(sqlText).join(', ')})`,
    createdAfter === undefined ? '' : `i.created_at > ${timeOf(createdAfter)}`,
    createdBefore === undefined ? '' : `i.created_at < ${timeOf(createdBefore)}`,
    after === undefined
      ? ''
      : `(i.created_at < TIMESTAMP ${sqlText(after.at)} OR ` +
        `(i.created_at = TIMESTAMP ${sqlText(after.at)} AND i.id < ${sqlText(after.id)}))`,
  ].filter((condition) => condition !== '');
}

interface Listed {
  readonly row: SqlRow;
  readonly status: SagaStatus;
  readonly state: ListedState | undefined;
}

function listedOf(row: SqlRow): Listed {
  const text = row['listed'];
  const state = typeof text === 'string' ? (JSON.parse(text) as ListedState) : undefined;
  if (row['completion_result'] === 'failure') return { row, state, status: 'parked' };
  const ended = row['status'] === 'completed';
  const said = state?.status ?? 'running';
  return { row, state, status: ended && said === 'running' ? 'completed' : said };
}

/** Whoever killed a workflow has terminated its saga. */
function parkedOf({ row, status, state }: Listed): NonNullable<ListedState['parked']> | undefined {
  if (status !== 'parked') return undefined;
  return row['completion_result'] === 'failure' ? { reason: 'terminated' } : state?.parked;
}

function fits(listed: Listed, { statuses, parkReasons, key, tags }: ListQuery): boolean {
  const { status, state } = listed;
  const reason = parkedOf(listed)?.reason;
  if (parkReasons?.some((asked) => asked === reason) === false) return false;
  if (statuses !== undefined && !statuses.includes(status)) return false;
  if (key !== undefined && state?.key !== key) return false;
  return tags.every(([name, value]) => state?.tags[name] === value);
}

/** Lists sagas by the server's SQL API: every query looks at all that the server keeps of a name. */
export class Listing {
  constructor(
    private readonly server: RestateServer,
    private readonly names: () => readonly string[],
  ) {}

  /** @throws SagaOptionsError naming the condition that cannot be meant. */
  async list(given: SagaFilter): Promise<SagaSummaryPage> {
    checkFilter(given);
    const { cursor, ...filter } = given;
    const query = listQuery(filter);
    const names = query.name === undefined ? this.names() : [query.name];
    if (names.length === 0 || query.application !== '') return { sagas: [] };
    const found: Listed[] = [];
    let after = positionOf(cursor);
    for (let looked = 0; looked < MAX_LOOKED_AT; looked += CHUNK) {
      const rows = await this.#rows(conditions(query, names, after));
      found.push(...rows.map(listedOf).filter((listed) => fits(listed, query)));
      const last = rows.at(-1);
      if (last === undefined) return { sagas: await this.#summaries(found) };
      after = { at: String(last['created_at']), id: String(last['id']) };
      if (found.length > query.limit || (found.length === query.limit && rows.length === CHUNK)) {
        break;
      }
      if (rows.length < CHUNK) return { sagas: await this.#summaries(found) };
    }
    const page = found.slice(0, query.limit);
    const last = page.at(-1)?.row;
    const position =
      found.length > query.limit && last !== undefined
        ? { at: String(last['created_at']), id: String(last['id']) }
        : (after as Position);
    return { sagas: await this.#summaries(page), nextCursor: cursorOf(position) };
  }

  #rows(where: readonly string[]): Promise<readonly SqlRow[]> {
    return this.server.query(
      'SELECT i.id, i.status, i.completion_result, i.target_service_name, i.target_service_key, ' +
        'i.created_at, i.modified_at, s.value_utf8 AS listed FROM sys_invocation i ' +
        'LEFT JOIN state s ON s.service_name = i.target_service_name ' +
        `AND s.service_key = i.target_service_key AND s.key = '${LISTED}' ` +
        `WHERE ${where.join(' AND ')} ORDER BY i.created_at DESC, i.id DESC LIMIT ${CHUNK}`,
    );
  }

  /** Completes the rows by the journals of the page: keys and tags of all sagas stand there. */
  async #summaries(page: readonly Listed[]): Promise<readonly SagaSummary[]> {
    if (page.length === 0) return [];
    const ids = page.map(({ row }) => sqlText(String(row['id']))).join(', ');
    const rows = await this.server.query(
      `SELECT id, entry_json FROM sys_journal WHERE index = 0 AND id IN (${ids})`,
    );
    const inputs = new Map(rows.map((row) => [row['id'], startInputOf(row['entry_json'])]));
    return page.flatMap((listed) => {
      const { row, status } = listed;
      const input = inputs.get(row['id']);
      if (input === undefined) return [];
      return {
        application: '',
        id: String(row['target_service_key']),
        name: String(row['target_service_name']),
        version: input.version,
        status,
        key: input.key ?? undefined,
        tags: input.tags,
        recoveries: 0,
        parkReason: parkedOf(listed)?.reason,
        label: parkedOf(listed)?.label,
        createdAt: new Date(input.createdAt),
        updatedAt: new Date(String(row['modified_at'])),
      };
    });
  }
}
