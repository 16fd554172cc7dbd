import type { AuditRow, JournalEntry, RequestRow, SagaRow } from 'nestjs-saga-orchestrator/core';
import type { Asked, RequestTask } from './request-task.js';

/** All that is known of a task once nothing more happens. */
export interface Found {
  readonly row: SagaRow | undefined;
  readonly entries: readonly JournalEntry[];
  readonly requests: readonly RequestRow[];
  readonly audit: readonly AuditRow[];
  readonly timesTakenBack: number;
}

/** How the saga stands that nobody has acted on, and how it stands afterwards; `undefined`: it is gone. */
const STANDS: Readonly<Record<Asked, readonly [before: string, after: string | undefined]>> = {
  'retry-compensation': ['parked', 'compensated'],
  cancel: ['running', 'compensated'],
  forget: ['completed', undefined],
};

/** The record that an act becomes. */
function isAct(entry: JournalEntry, asked: Asked): boolean {
  const { type, act } = JSON.parse(entry.head) as { type: string; act?: string };
  return asked === 'cancel' ? type === 'cancel-requested' : type === 'manual' && act === asked;
}

/** A cancel may have been left for whoever takes the saga up. */
function isSaid(outcome: string, asked: Asked): boolean {
  return outcome === 'done' || (asked === 'cancel' && outcome === 'requested');
}

/**
 * Rules 111 and 112: a request that was acknowledged is there; whatever died, it ends, its act took place
 * once, and stands in the audit once; without a request nothing was done.
 */
export function problemsOf({ asked, role, place }: RequestTask, found: Found): readonly string[] {
  const { row, entries, requests, audit, timesTakenBack } = found;
  const acts = entries.filter((entry) => isAct(entry, asked)).length;
  const [before, after] = STANDS[asked];
  const isLeft = requests.length > 0;
  const mustBeLeft = role === 'work' || place === 'after the request';
  const [request] = requests;
  const status = isLeft ? after : before;
  const problems = [
    isLeft !== mustBeLeft && `${requests.length} requests are there`,
    row?.status !== status && `the saga is ${row?.status}, not ${status}`,
    isLeft && request?.outcome === null && 'the request has not ended',
    isLeft &&
      request?.outcome !== null &&
      request?.outcome !== 'done' &&
      `the request is ${request?.outcome}, and not done: ${request?.message}`,
    audit.length !== requests.length && `the audit has ${audit.length} acts`,
    audit.some(({ entry }) => entry !== request?.request) && 'the audit has another act',
    audit.some(({ outcome }) => !isSaid(outcome, asked)) &&
      'the audit does not say that it is done',
    row !== undefined && acts !== requests.length && `it was carried out ${acts} times`,
    // Its process may die after it, before that is a record.
    timesTakenBack > 1 + Number(role === 'work') && `undone ${timesTakenBack} times`,
    status === 'compensated' && timesTakenBack === 0 && 'is compensated, and was not undone',
  ];
  return problems.filter((problem) => problem !== false);
}
