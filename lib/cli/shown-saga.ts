import {
  explain,
  NO_WAKE_TIME,
  type PayloadCodec,
  type SagaAccount,
  type SagaDetails,
  type SagaRequest,
  type StoredSaga,
} from '../core/index.js';
import { detailsOf } from '../core/engine/index.js';
import type { Output } from './output.js';
import { statusCell, tagsText } from './rows.js';
import { stateOf } from './state.js';
import { shownDuration, shownTime } from './text.js';
import { eventCells, TIMELINE_HEAD } from './timeline.js';

/** One saga as it stands. */
export interface ShownSaga {
  readonly details: SagaDetails;
  readonly account: SagaAccount;
  readonly stored: StoredSaga;
}

export function shownSagaOf(stored: StoredSaga, codec: PayloadCodec): ShownSaga {
  return { details: detailsOf(stored, codec), account: explain(stateOf(stored.entries)), stored };
}

function wakeTimeText(wakeAt: Date, isUtc: boolean): string {
  return wakeAt.getTime() === NO_WAKE_TIME ? 'somebody wakes it' : shownTime(wakeAt, isUtc);
}

async function facts({ details, stored }: ShownSaga, out: Output): Promise<void> {
  const { createdAt, updatedAt, key, tags, recoveries, version } = details;
  const { owner, deadline, cancelReason, cancelBy } = stored.row;
  const time = (at: Date | number): string => shownTime(at, out.isUtc);
  const lasted = shownDuration(updatedAt.getTime() - createdAt.getTime());
  const said: readonly (readonly [string, string | undefined])[] = [
    ['version', `${version}`],
    ['key', key],
    ['tags', tagsText(tags) || undefined],
    ['created', time(createdAt)],
    ['last record', `${time(updatedAt)} (after ${lasted})`],
    ['deadline', deadline === null ? undefined : time(deadline)],
    ['sleeps until', details.wakeAt && wakeTimeText(details.wakeAt, out.isUtc)],
    ['owner', owner ?? undefined],
    ['recoveries', recoveries === 0 ? undefined : `${recoveries}`],
    [
      'asked to cancel',
      cancelReason === null ? undefined : `${cancelBy ?? 'somebody'}: ${cancelReason}`,
    ],
    ['damage', details.damage],
  ];
  for (const [what, value] of said)
    if (value !== undefined) await out.line('  ', { text: what.padEnd(16), style: 'dim' }, value);
}

const ACCOUNT = {
  standing: 'still standing',
  undone: 'undone',
  owed: 'still to be undone',
  inDoubt: 'in doubt',
} as const;

async function account({ account: its }: ShownSaga, out: Output): Promise<void> {
  for (const [key, what] of Object.entries(ACCOUNT)) {
    const labels = its[key as keyof typeof ACCOUNT];
    if (labels.length > 0)
      await out.line('  ', { text: what.padEnd(20), style: 'bold' }, labels.join(', '));
  }
}

export async function printSaga(
  saga: ShownSaga,
  requests: readonly SagaRequest[],
  out: Output,
): Promise<void> {
  const { name, id, status, parkReason, label, timeline } = saga.details;
  const why =
    parkReason === undefined ? '' : `: ${parkReason}${label === undefined ? '' : ` at ${label}`}`;
  await out.line({ text: name, style: 'bold' }, ' ', id, '  ', statusCell(status), why);
  await facts(saga, out);
  await account(saga, out);
  await out.line('');
  const from = timeline[0]?.at ?? 0;
  await out.table(
    TIMELINE_HEAD,
    timeline.map((event) => eventCells(event, from, out.isUtc)),
  );
  const hidden = saga.stored.entries.length - timeline.length;
  if (hidden > 0)
    await out.line(
      { text: `${hidden} records cannot be read here`, style: 'red' },
      '; a later version may have written them',
    );
  for (const { request, act, by, reason, takenBy } of requests) {
    const state =
      takenBy === undefined ? 'waits for a process that knows it' : 'is being carried out';
    await out.line(
      { text: `request ${request}`, style: 'yellow' },
      ` to ${act} by ${by}: ${reason}; it ${state}`,
    );
  }
}
