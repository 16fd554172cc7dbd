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
import { requestValues } from '../sql/index.js';
import type {
  OperatorRead,
  OperatorReadResults,
  OperatorWrite,
  OperatorWriteResults,
} from './operators.js';

type Kinds = OperatorWrite['kind'];
type Reads = OperatorRead['kind'];

/** Sends what operators ask for to the store, wherever that lives. */
export class SqliteOperatorJournal implements OperatorJournal {
  constructor(
    private readonly write: <K extends Kinds>(
      write: Extract<OperatorWrite, { readonly kind: K }>,
    ) => Promise<OperatorWriteResults[K]>,
    private readonly read: <K extends Reads>(
      read: Extract<OperatorRead, { readonly kind: K }>,
    ) => Promise<OperatorReadResults[K]>,
  ) {}

  async request(request: NewRequest): Promise<void> {
    // Refused before it is queued.
    requestValues(request);
    await this.write({ kind: 'request', request });
  }

  take(request: TakeRequests): Promise<readonly RequestRow[]> {
    return this.write({ kind: 'take', request });
  }

  letGo(request: string, owner: string): Promise<void> {
    return this.write({ kind: 'let-go', request, owner });
  }

  end(request: EndRequest): Promise<boolean> {
    return this.write({ kind: 'end', request });
  }

  async requests(filter: RequestFilter): Promise<RequestPage> {
    return this.read({ kind: 'requests', query: requestQuery(filter) });
  }

  async audit(filter: AuditFilter): Promise<AuditPage> {
    return this.read({ kind: 'audit', query: auditQuery(filter) });
  }

  forget(request: ForgetActs): Promise<number> {
    return this.write({ kind: 'forget-acts', request });
  }
}
