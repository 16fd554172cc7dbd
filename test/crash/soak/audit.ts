import type { Journal, SagaRow } from 'nestjs-saga-orchestrator/core';
import { recorded } from '../history.js';
import { ACCOUNTS, CENTS_EACH, type Accounts, type Effect } from './accounts.js';
import { problemsOf } from './rules.js';
import { TRANSFER } from './transfer.js';
import { sightOf, testimonies } from './witness.js';

export interface AuditResult {
  readonly ends: Readonly<Record<string, number>>;
  readonly takeOvers: number;
  readonly records: number;
  readonly problems: readonly string[];
}

async function bookings(accounts: Accounts): Promise<Map<string, Effect[]>> {
  const all = new Map<string, Effect[]>();
  for (const effect of await accounts.effects()) {
    const mine = all.get(effect.transfer);
    if (mine === undefined) all.set(effect.transfer, [effect]);
    else mine.push(effect);
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

/** Compares the journal, the bank, and what the workers saw. */
export async function audit(
  journal: Journal,
  accounts: Accounts,
  sagas: number,
  witness: string,
): Promise<AuditResult> {
  const problems: string[] = [];
  const seen = await testimonies(witness);
  const booked = await bookings(accounts);
  const ends: Record<string, number> = {};
  const missing = new Set(Array.from({ length: sagas }, (_, i) => String(i + 1)));
  let takeOvers = 0;
  let count = 0;
  for await (const row of rowsOf(journal)) {
    const { id, status } = row;
    if (!missing.delete(id)) problems.push(`transfer ${id} is there, and nobody asked for it`);
    ends[status] = (ends[status] ?? 0) + 1;
    const { entries = [] } = (await journal.load(row)) ?? {};
    const records = entries.map(recorded);
    count += records.length;
    takeOvers += records.filter(({ type }) => type === 'recovered').length;
    const sights = (seen.get(id) ?? []).map(sightOf);
    problems.push(...problemsOf({ row, records, sights, effects: booked.get(id) ?? [] }));
  }
  for (const id of missing) problems.push(`transfer ${id} was accepted and is lost`);
  const total = await accounts.total();
  if (total !== ACCOUNTS * CENTS_EACH) problems.push(`the accounts hold ${total} cents`);
  return { ends, takeOvers, records: count, problems };
}
