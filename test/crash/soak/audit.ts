import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Journal, SagaRow } from 'nestjs-saga-orchestrator/core';
import { recorded, type Recorded } from '../history.js';
import { ACCOUNTS, CENTS_EACH, type Accounts } from './accounts.js';
import { endOf, TRANSFER, transferOf } from './transfer.js';

export interface AuditResult {
  readonly ends: Readonly<Record<string, number>>;
  readonly takeOvers: number;
  readonly acknowledged: number;
  readonly problems: readonly string[];
}

const MAX_SHOWN = 20;

/** `id seq` → what was acknowledged under it, by all workers together. */
function acknowledgements(files: readonly string[], problems: string[]): Map<string, string> {
  const known = new Map<string, string>();
  for (const file of files) {
    for (const line of readLines(file)) {
      const [id, seq, epoch, digest] = line.split(' ');
      const place = `${id} ${seq}`;
      const what = `${epoch} ${digest}`;
      // Two workers, one place: one of them was told that it had written what it had not.
      if (known.has(place)) problems.push(`record ${seq} of transfer ${id} was acknowledged twice`);
      known.set(place, what);
    }
  }
  return known;
}

function readLines(file: string): readonly string[] {
  try {
    const text = readFileSync(file, 'utf8');
    // A line that was cut off by a kill proves nothing.
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
  } catch {
    return [];
  }
}

function problemsOfRecords(id: string, records: readonly Recorded[]): string[] {
  const problems: string[] = [];
  const done = new Set<string>();
  let epoch = 1;
  let turned = false;
  records.forEach((record, i) => {
    const { type, label = '' } = record;
    const bad = (what: string): number =>
      problems.push(`transfer ${id}, ${i + 1}. record: ${what}`);
    if (record.seq !== i + 1) bad(`has seq ${record.seq}`);
    if (record.epoch < epoch) bad(`was written by a process that had lost its lease`);
    if (record.epoch > epoch && type !== 'recovered') bad(`${type} without taking it over first`);
    if (type === 'started' && (turned || done.has(`done ${label}`))) bad(`${label} ran again`);
    if (type === 'undo-started' && done.has(`undone ${label}`)) bad(`${label} undone again`);
    if (type === 'done' || type === 'undone') done.add(`${type} ${label}`);
    turned ||= type === 'compensating';
    epoch = record.epoch;
  });
  return problems;
}

/** What the bank must have booked for a transfer that ended so. */
function expectedBooking(number: number, status: string): Readonly<Record<string, number>> {
  const { cents } = transferOf(number);
  return status === 'completed' ? { Withdraw: -cents, Deposit: cents } : {};
}

function problemsOfBooking(
  number: number,
  row: SagaRow,
  booked: ReadonlyMap<string, readonly number[]>,
): string[] {
  const expected = expectedBooking(number, row.status);
  return ['Withdraw', 'Deposit'].flatMap((label) => {
    const did = booked.get(`do ${label}`) ?? [];
    const undid = booked.get(`undo ${label}`) ?? [];
    const net = [...did, ...undid].reduce((sum, cents) => sum + cents, 0);
    const once = did.length <= 1 && undid.length <= 1;
    if (once && net === (expected[label] ?? 0)) return [];
    return [
      `transfer ${number} is ${row.status}, and ${label} stands at ${net} (${did.length} + ${undid.length})`,
    ];
  });
}

async function bookings(accounts: Accounts): Promise<Map<string, Map<string, number[]>>> {
  const all = new Map<string, Map<string, number[]>>();
  for (const { transfer, what, cents } of await accounts.effects()) {
    const mine = all.get(transfer) ?? new Map<string, number[]>();
    mine.set(what, [...(mine.get(what) ?? []), cents]);
    all.set(transfer, mine);
  }
  return all;
}

async function* rowsOf(journal: Journal): AsyncGenerator<SagaRow> {
  let cursor: string | undefined;
  do {
    const filter = { name: TRANSFER, limit: 1_000 };
    const page = await journal.list(cursor === undefined ? filter : { ...filter, cursor });
    yield* page.rows;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

/** Compares the journal, the bank, and what the workers were told. */
export async function audit(
  journal: Journal,
  accounts: Accounts,
  sagas: number,
  files: readonly string[],
): Promise<AuditResult> {
  const problems: string[] = [];
  const told = acknowledgements(files, problems);
  const acknowledged = told.size;
  const booked = await bookings(accounts);
  const ends: Record<string, number> = {};
  const seen = new Set<number>();
  let takeOvers = 0;
  for await (const row of rowsOf(journal)) {
    const number = Number(row.id);
    seen.add(number);
    ends[row.status] = (ends[row.status] ?? 0) + 1;
    const { entries = [] } = (await journal.load(row)) ?? {};
    const records = entries.map(recorded);
    takeOvers += records.filter(({ type }) => type === 'recovered').length;
    problems.push(...problemsOfRecords(row.id, records));
    for (const { seq, epoch, head } of records) {
      const place = `${row.id} ${seq}`;
      const digest = createHash('sha1').update(head).digest('base64url').slice(0, 12);
      if ((told.get(place) ?? `${epoch} ${digest}`) !== `${epoch} ${digest}`) {
        problems.push(`record ${place} is not what was acknowledged`);
      }
      told.delete(place);
    }
    if (row.status !== endOf(number)) {
      const life = entries.map(({ at, epoch, head }) => `${at - row.createdAt}@${epoch} ${head}`);
      problems.push(`transfer ${number} is ${row.status}: ${life.join(', ')}`);
    }
    problems.push(...problemsOfBooking(number, row, booked.get(row.id) ?? new Map()));
  }
  for (const place of told.keys()) problems.push(`record ${place} was acknowledged and is lost`);
  for (let number = 1; number <= sagas; number += 1) {
    if (!seen.has(number)) problems.push(`transfer ${number} was accepted and is lost`);
  }
  const total = await accounts.total();
  if (total !== ACCOUNTS * CENTS_EACH) problems.push(`the accounts hold ${total} cents`);
  const shown = problems.slice(0, MAX_SHOWN);
  if (problems.length > MAX_SHOWN) shown.push(`… and ${problems.length - MAX_SHOWN} more`);
  return { ends, takeOvers, acknowledged, problems: shown };
}
