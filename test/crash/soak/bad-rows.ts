import type { Journal, JournalEntry } from 'nestjs-saga-orchestrator/core';
import type { StoreConfig } from '../stores.js';
import { errand } from './strangers.js';
import { rawStore, type RawStore } from './raw-store.js';

/** Whose rows they are, and who never came to work on them. */
const OWNER = 'nobody';
const HOLD_MS = 60_000;

interface BadRow {
  readonly id: string;
  /** What is set in its row; or else in the row of its last append, which holds the records 2 and 3. */
  readonly saga?: string;
  readonly append?: string;
  /** What must become of it: of what a newer version has written, nothing. */
  readonly end: 'unreadable' | 'left alone';
}

export const BAD_ROWS: readonly BadRow[] = [
  { id: 'tags', saga: `tags = '{"'`, end: 'unreadable' },
  { id: 'input', saga: `input = '{"'`, end: 'unreadable' },
  { id: 'cut', append: 'records = substr(records, 1, length(records) - 9)', end: 'unreadable' },
  { id: 'gap', append: `records = replace(records, '[3,', '[4,')`, end: 'unreadable' },
  {
    id: 'shifted',
    append: `records = replace(replace(records, '[2,', '[7,'), '[3,', '[8,')`,
    end: 'unreadable',
  },
  {
    id: 'newer-record',
    append: `records = replace(records, 'done', 'waiting')`,
    end: 'left alone',
  },
  { id: 'newer-status', saga: `status = 'waiting'`, end: 'left alone' },
];

export const LEFT_ALONE: ReadonlySet<string> = new Set(
  BAD_ROWS.filter(({ end }) => end === 'left alone').map(({ id }) => id),
);

function entriesFrom(first: number, records: readonly object[]): readonly JournalEntry[] {
  return records.map((record, index) => ({
    ...{ seq: first + index, at: Date.now(), epoch: 1 },
    ...{ head: JSON.stringify(record), result: null, context: null },
  }));
}

/** Sagas on their way whose process has gone, and whose rows somebody has damaged. */
export async function writeBadRows(journal: Journal, config: StoreConfig): Promise<void> {
  const { name, version, fingerprint } = errand;
  const raw = await rawStore(config);
  await journal.heartbeat(OWNER, HOLD_MS);
  for (const { id, saga, append } of BAD_ROWS) {
    const asked = { label: 'Ask', attempt: 1 };
    const common = { key: null, tags: {}, deadline: null, input: '{}', owner: OWNER };
    await journal.create({
      ...{ name, id, version, fingerprint, status: 'running', ...common },
      entries: entriesFrom(1, [{ type: 'started', ...asked, owesUndo: false }]),
    });
    await journal.append({
      ...{ ref: { name, id }, owner: OWNER, epoch: 1, status: 'running', progress: true },
      entries: entriesFrom(2, [
        { type: 'done', ...asked, pivot: false },
        { type: 'started', label: 'Fetch', attempt: 1, owesUndo: false },
      ]),
    });
    if (saga !== undefined) await raw.run(`UPDATE ${raw.sagas} SET ${saga} WHERE id = '${id}'`);
    if (append !== undefined) await raw.run(`UPDATE ${raw.appends} SET ${append} ${of(raw, id)}`);
  }
  await journal.leave(OWNER);
  await raw.close();
}

const of = ({ sagas }: RawStore, id: string): string =>
  `WHERE saga = (SELECT saga FROM ${sagas} WHERE id = '${id}')`;

/** What became of them, by a look into the tables: who reads them must not be trusted with that. */
export async function judgeBadRows(config: StoreConfig): Promise<readonly string[]> {
  const raw = await rawStore(config);
  const problems: string[] = [];
  for (const { id, end } of BAD_ROWS) {
    const [row] = await raw.all(`SELECT status, epoch FROM ${raw.sagas} WHERE id = '${id}'`);
    const appends = await raw.all(`SELECT records FROM ${raw.appends} ${of(raw, id)}`);
    const isParked = appends.some(({ records }) => String(records).includes('unreadable'));
    const status = String(row?.['status']);
    if (end === 'unreadable' && !(isParked && status === 'parked')) {
      problems.push(`the saga with bad ${id} is ${status} at epoch ${String(row?.['epoch'])}`);
    }
    if (end === 'left alone' && (isParked || appends.length === 0 || status === 'parked')) {
      problems.push(`the saga with a ${id} was not left alone: it is ${status}`);
    }
  }
  await raw.close();
  return problems;
}
