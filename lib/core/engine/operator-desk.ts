import { groupProblem, nameProblem, refuseProblems } from '../definition/index.js';
import { SagaNotFoundError, SagaStateError } from '../errors/index.js';
import type { AuditFilter, Journal, RequestFilter, SagaRef } from '../journal/index.js';
import type { Storing } from '../persistence/index.js';
import { quoted, type IdGenerator, type SagaLogger } from '../ports/index.js';
import { checkedAct } from './checked-act.js';
import { checkedReason } from './checked-text.js';
import {
  auditOf,
  requestOf,
  type EngineOperators,
  type SagaAct,
  type SagaAuditPage,
  type SagaRequest,
  type SagaRequestPage,
} from './engine-operators.js';
import { resultByHand } from './operator-checks.js';
import type { OperatorReason } from './operator-reason.js';

/** Whose sagas these are, and where they are kept. */
interface Access {
  readonly journal: Journal;
  /** `''`: none. */
  readonly application: string;
}

/** Finds the saga that an act is about. */
interface Finder {
  /** With its application. @throws SagaOptionsError for what cannot name a saga of it */
  checkedRef(ref: SagaRef): SagaRef;
  /** @throws SagaNotFoundError */
  row(ref: SagaRef): Promise<unknown>;
}

/** Where operators leave what they want of processes that know a saga, and look up what was done. */
export class OperatorDesk implements EngineOperators {
  constructor(
    private readonly access: Access,
    private readonly reader: Finder,
    private readonly storing: Storing,
    private readonly around: { readonly ids: IdGenerator; readonly logger: SagaLogger },
    private readonly open: () => Promise<void>,
  ) {}

  async request(
    ref: SagaRef,
    given: SagaAct,
    why: OperatorReason,
    bulk?: string,
  ): Promise<SagaRequest> {
    await this.open();
    const act = checkedAct(given);
    const own = this.reader.checkedRef(ref);
    if (bulk !== undefined) refuseProblems([nameProblem('bulk', bulk)]);
    const checked = checkedReason(why, this.storing.redact);
    const isMark = act.act === 'mark-done';
    const encoded = isMark ? resultByHand(this.storing, own, act, this.around.logger) : undefined;
    await this.reader.row(own);
    const label = 'label' in act ? (act.label ?? null) : null;
    const request = this.around.ids();
    const { operators } = this.access.journal;
    const result = encoded ?? null;
    const part = { bulk: bulk ?? null };
    await operators.request({ ...own, request, act: act.act, label, result, ...part, ...checked });
    return this.#find(request);
  }

  async withdraw(request: string, why: OperatorReason): Promise<void> {
    await this.open();
    refuseProblems([nameProblem('request', request)]);
    const { by, reason } = checkedReason(why, this.storing.redact);
    const message = `${by}: ${reason}`;
    const end = { request, owner: null, outcome: 'withdrawn', message } as const;
    const { takenBy, outcome } = await this.#find(request);
    if (outcome === undefined && (await this.access.journal.operators.end(end))) return;
    const why_ = outcome ?? (takenBy === undefined ? 'over' : `in hand of ${takenBy}`);
    throw new SagaStateError(`Cannot withdraw request ${quoted(request)}: it is ${why_}`);
  }

  async requests(filter: RequestFilter): Promise<SagaRequestPage> {
    await this.open();
    const page = await this.access.journal.operators.requests(this.#own(filter));
    return { ...page, requests: page.requests.map(requestOf) };
  }

  async audit(filter: AuditFilter): Promise<SagaAuditPage> {
    await this.open();
    const page = await this.access.journal.operators.audit(this.#own(filter));
    return { ...page, entries: page.entries.map(auditOf) };
  }

  /** Of this engine's application, where the filter names none. */
  #own<F extends { readonly application?: string }>(filter: F): F {
    refuseProblems([groupProblem('the filter', filter)]);
    return { ...filter, application: filter.application ?? this.access.application };
  }

  async #find(request: string): Promise<SagaRequest> {
    const { application } = this.access;
    const { requests } = await this.access.journal.operators.requests({ application, request });
    const [row] = requests;
    if (row === undefined) throw new SagaNotFoundError(`No request ${quoted(request)} is known`);
    return requestOf(row);
  }
}
