import {
  groupProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
  wholeProblem,
} from '../definition/index.js';
import { timeOfDate } from '../ports/index.js';
import { DEFAULT_LIMIT, MAX_LIMIT, textProblems, timeProblem } from './list-query.js';
import type { AuditFilter, OperatorAct, RequestFilter } from './operators.js';

/** What the pages of requests and of the audit have in common. */
interface PageQuery {
  /** `''`: those without one. */
  readonly application: string;
  readonly name: string | undefined;
  readonly id: string | undefined;
  readonly limit: number;
  /** The page holds what comes after this: lower numbers, which are older. */
  readonly below: number | undefined;
}

/** A filter of requests, checked, with its defaults. */
export interface RequestQuery extends PageQuery {
  readonly request: string | undefined;
  readonly bulk: string | undefined;
  readonly open: boolean | undefined;
}

/** A filter of the audit, checked, with its defaults. */
export interface AuditQuery extends PageQuery {
  readonly entry: string | undefined;
  readonly by: string | undefined;
  readonly act: OperatorAct | undefined;
  /** In ms since the epoch, exclusive. */
  readonly after: number | undefined;
  readonly before: number | undefined;
}

const REQUESTS = namesOf<RequestFilter>({
  ...{ application: true, request: true, bulk: true, name: true, id: true, open: true },
  ...{ limit: true, cursor: true },
});
const AUDIT = namesOf<AuditFilter>({
  ...{ application: true, entry: true, name: true, id: true, by: true, act: true, after: true },
  ...{ before: true, limit: true, cursor: true },
});
const CURSOR = /^1\.(\d{1,15})$/;

/** Where the page after this number begins, as a text that only these queries read. */
export function cursorAfter(seq: number): string {
  return Buffer.from(`1.${seq}`).toString('base64url');
}

function placeOf(cursor: unknown): number | undefined {
  if (typeof cursor !== 'string') return undefined;
  const [, seq] = CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  return seq === undefined ? undefined : Number(seq);
}

function textsProblems(texts: Readonly<Record<string, unknown>>): readonly (string | undefined)[] {
  return Object.entries(texts).map(([option, value]) => textProblems(option, value));
}

function pageProblems({ limit, cursor }: RequestFilter): readonly (string | undefined)[] {
  const isCursor = cursor === undefined || placeOf(cursor) !== undefined;
  return [
    limit === undefined ? undefined : wholeProblem('limit', limit, 1, MAX_LIMIT),
    isCursor
      ? undefined
      : `cursor must be the nextCursor of the page before (got ${shown(cursor)})`,
  ];
}

function pageOf({ application = '', name, id, limit, cursor }: RequestFilter): PageQuery {
  return { application, name, id, limit: limit ?? DEFAULT_LIMIT, below: placeOf(cursor) };
}

/** @throws SagaOptionsError naming every condition that cannot be meant. */
export function requestQuery(filter: RequestFilter): RequestQuery {
  refuseProblems([groupProblem('the filter of requests', filter)]);
  const { application, request, bulk, name, id, open } = filter;
  refuseProblems([
    ...unknownProblems('a list of requests', filter, REQUESTS),
    ...textsProblems({ application, request, bulk, name, id }),
    open === undefined || typeof open === 'boolean'
      ? undefined
      : `open must be true or false (got ${shown(open)})`,
    ...pageProblems(filter),
  ]);
  return { ...pageOf(filter), request, bulk, open };
}

/** @throws SagaOptionsError naming every condition that cannot be meant. */
export function auditQuery(filter: AuditFilter): AuditQuery {
  refuseProblems([groupProblem('the filter of the audit', filter)]);
  const { application, entry, name, id, by, act } = filter;
  refuseProblems([
    ...unknownProblems('the audit', filter, AUDIT),
    ...textsProblems({ application, entry, name, id, by, act }),
    timeProblem('after', filter.after),
    timeProblem('before', filter.before),
    ...pageProblems(filter),
  ]);
  const times = { after: timeOfDate(filter.after), before: timeOfDate(filter.before) };
  return { ...pageOf(filter), entry, by, act, ...times };
}
