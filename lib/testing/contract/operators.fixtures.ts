import { strict as assert } from 'node:assert';
import type {
  AuditEntry,
  Journal,
  NewRequest,
  OperatorAct,
  RequestRow,
  TakeRequests,
} from '../../core/index.js';
import { BERT, NAME } from './fixtures.js';

let made = 0;

const ALL_ACTS: readonly OperatorAct[] = [
  ...(['cancel', 'resume', 'forget', 'terminate', 'retry-compensation'] as const),
  ...(['mark-compensated', 'mark-done', 'mark-not-done'] as const),
];

/** An act of Eve's on a saga. */
export function entryOf(over: Partial<AuditEntry> = {}): AuditEntry {
  made += 1;
  return {
    ...{ application: '', name: NAME, id: 'transfer-1', entry: `act-${made}`, act: 'cancel' },
    ...{ label: null, by: 'eve', reason: 'sold out', origin: 'cli' },
    ...over,
  };
}

/** A request of Eve's. */
export function requestOf(over: Partial<NewRequest> = {}): NewRequest {
  made += 1;
  return {
    ...{ application: '', name: NAME, id: `transfer-${made}`, request: `request-${made}` },
    ...{ act: 'resume', label: null, result: null, bulk: null },
    ...{ by: 'eve', reason: 'paid now', origin: 'cli' },
    ...over,
  };
}

export async function asked(journal: Journal, over: Partial<NewRequest> = {}): Promise<NewRequest> {
  const request = requestOf(over);
  await journal.operators.request(request);
  return request;
}

export function taking(owner: string, over: Partial<TakeRequests> = {}): TakeRequests {
  const all = { acts: ALL_ACTS, actsOnAny: [], except: [], limit: 100 };
  return { owner, names: [NAME], ...all, ...over };
}

export async function taken(
  journal: Journal,
  owner = BERT,
  over: Partial<TakeRequests> = {},
): Promise<readonly string[]> {
  const rows = await journal.operators.take(taking(owner, over));
  return rows.map(({ request }) => request);
}

export async function requestRow(
  journal: Journal,
  { application = '', request }: NewRequest,
): Promise<RequestRow> {
  const { requests } = await journal.operators.requests({ application, request });
  const [row] = requests;
  assert.ok(row !== undefined, `request ${request} is there`);
  return row;
}

/** Entries of the audit, newest first: `cancel done`. */
export async function audited(journal: Journal, application = ''): Promise<readonly string[]> {
  const { entries } = await journal.operators.audit({ application });
  return entries.map(({ act, outcome }) => `${act} ${outcome}`);
}
