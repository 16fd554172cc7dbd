import {
  auditQuery,
  requestQuery,
  type AuditFilter,
  type AuditPage,
  type EndRequest,
  type ForgetActs,
  type NewRequest,
  type OperatorJournal,
  type RequestFilter,
  type RequestPage,
  type RequestRow,
  type TakeRequests,
} from '../../core/index.js';
import {
  auditConditions,
  requestConditions,
  requestValues,
  storable,
  toAuditPage,
  toRequestPage,
  toRequestRow,
} from '../sql/index.js';
import {
  askSql,
  endSql,
  forgetActsSql,
  letGoSql,
  pageOfAuditSql,
  pageOfRequestsSql,
  takeSql,
} from './operators-sql.js';
import type { Send } from './reader.js';
import type { Tables } from './tables.js';

const placeholder = (position: number): string => `$${position}`;

/** What operators do. Every call may be repeated. */
export class PostgresOperators implements OperatorJournal {
  constructor(
    private readonly tables: Tables,
    private readonly send: Send,
  ) {}

  async request(request: NewRequest): Promise<void> {
    await this.send({ text: askSql(this.tables), values: requestValues(request) });
  }

  async take(request: TakeRequests): Promise<readonly RequestRow[]> {
    const { owner, application = '', names, acts, actsOnAny, except, limit } = request;
    const known = names.map((name) => storable('name', name));
    const whose = [storable('owner', owner), storable('application', application)];
    const values = [...whose, acts, known, actsOnAny, except, limit];
    const rows = await this.send({ text: takeSql(this.tables), values });
    return rows.toSorted((a, b) => Number(a['seq']) - Number(b['seq'])).map(toRequestRow);
  }

  async letGo(request: string, owner: string): Promise<void> {
    await this.send({ text: letGoSql(this.tables), values: [request, owner] });
  }

  async end({ request, owner, outcome, message }: EndRequest): Promise<boolean> {
    const told = message === null ? null : storable('message', message);
    const values = [request, owner, outcome, told];
    return (await this.send({ text: endSql(this.tables), values })).length > 0;
  }

  async requests(filter: RequestFilter): Promise<RequestPage> {
    const query = requestQuery(filter);
    const { where, values } = requestConditions(query, placeholder);
    const text = pageOfRequestsSql(this.tables, where, query.limit);
    return toRequestPage(await this.send({ text, values }), query);
  }

  async audit(filter: AuditFilter): Promise<AuditPage> {
    const query = auditQuery(filter);
    const { where, values } = auditConditions(query, placeholder);
    const text = pageOfAuditSql(this.tables, where, query.limit);
    return toAuditPage(await this.send({ text, values }), query);
  }

  async forget({ application = '', olderThanMs, limit }: ForgetActs): Promise<number> {
    const values = [storable('application', application), Math.floor(olderThanMs), limit];
    const [row] = await this.send({ text: forgetActsSql(this.tables), values });
    return Number(row?.['gone']);
  }
}
