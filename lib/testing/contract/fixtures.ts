import { strict as assert } from 'node:assert';
import {
  isSagaError,
  type ClaimRequest,
  type Journal,
  type JournalBatch,
  type JournalEntry,
  type NewSaga,
  type ReleaseRequest,
  type SagaErrorCode,
  type SagaFilter,
  type SagaRef,
  type SagaRow,
  type StoredSaga,
} from '../../core/index.js';

/** Two processes. */
export const ANNA = 'process-anna';
export const BERT = 'process-bert';

/** In ms: one that runs out at once, and one that outlives every case. */
export const SHORT_LEASE = 40;
export const LONG_LEASE = 3_600_000;

export const NAME = 'TransferMoney';

let made = 0;

/** A record from the first one on, with something in every column. */
export function entryOf(seq: number, over: Partial<JournalEntry> = {}): JournalEntry {
  const label = `step-${Math.ceil(seq / 2)}`;
  const head = JSON.stringify({ type: seq % 2 === 1 ? 'started' : 'done', label, attempt: 1 });
  const result = seq % 2 === 1 ? null : JSON.stringify({ amount: seq });
  const context = seq % 2 === 1 ? null : JSON.stringify({ from: 'a', to: 'b', seq });
  return { seq, at: 1_700_000_000_000 + seq, epoch: 1, head, result, context, ...over };
}

/** A running saga of its own, with its first record. */
export function sagaOf(over: Partial<NewSaga> = {}): NewSaga {
  made += 1;
  return {
    application: '',
    name: NAME,
    id: `transfer-${made}`,
    birth: `born-${made}`,
    version: 1,
    fingerprint: 'f1',
    status: 'running',
    key: null,
    tags: {},
    headers: {},
    deadline: null,
    input: '{"amount":10}',
    owner: ANNA,
    entries: [entryOf(1)],
    ...over,
  };
}

export function refOf({ application = '', name, id }: SagaRef): SagaRef {
  return { application, name, id };
}

/** An append to a saga of `sagaOf`: the records from `seq` on, by its first owner. */
export function batchOf(
  saga: SagaRef,
  seqs: readonly number[],
  over: Partial<JournalBatch> = {},
): JournalBatch {
  const { epoch = 1 } = over;
  const entries = seqs.map((seq) => entryOf(seq, { epoch }));
  const ref = refOf(saga);
  return { ref, owner: ANNA, epoch, entries, status: 'running', progress: true, ...over };
}

/** The release by its first owner. */
export function held(saga: SagaRef, over: Partial<ReleaseRequest> = {}): ReleaseRequest {
  return { ref: refOf(saga), owner: ANNA, epoch: 1, graceful: false, ...over };
}

/** Creates it, and insists that it is new. */
export async function created(journal: Journal, over: Partial<NewSaga> = {}): Promise<NewSaga> {
  const saga = sagaOf(over);
  assert.equal(await journal.create(saga), undefined, 'a new saga is created');
  return saga;
}

/** A saga that ended. */
export async function ended(journal: Journal, status: SagaRow['status']): Promise<NewSaga> {
  const saga = await created(journal);
  await journal.append(batchOf(saga, [2], { status }));
  return saga;
}

export async function rowOf(journal: Journal, ref: SagaRef): Promise<SagaRow> {
  const row = await journal.get(refOf(ref));
  assert.ok(row !== undefined, `saga ${ref.id} is there`);
  return row;
}

export async function storedOf(journal: Journal, ref: SagaRef): Promise<StoredSaga> {
  const stored = await journal.load(refOf(ref));
  assert.ok(stored !== undefined, `saga ${ref.id} is there`);
  return stored;
}

export async function seqsOf(journal: Journal, ref: SagaRef): Promise<readonly number[]> {
  return (await storedOf(journal, ref)).entries.map(({ seq }) => seq);
}

export async function idsOf(journal: Journal, filter: SagaFilter): Promise<readonly string[]> {
  return (await journal.list(filter)).rows.map(({ id }) => id);
}

/** One claim of all sagas of a name that can be claimed. */
export async function claimedIds(
  journal: Journal,
  owner: string,
  over: Partial<ClaimRequest> = {},
): Promise<readonly string[]> {
  const rows = await journal.claim({ owner, names: [NAME], limit: 100, ...over });
  return rows.map(({ id }) => id);
}

export async function refused(work: Promise<unknown>, code: SagaErrorCode): Promise<void> {
  const outcome = await work.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  );
  assert.ok(isSagaError(outcome, code), `expected ${code}, got ${String(outcome)}`);
}

/** Insists that nothing of the saga changes while `attempt` is made. */
export async function unchanged(
  journal: Journal,
  ref: SagaRef,
  attempt: () => Promise<unknown>,
): Promise<void> {
  const before = await storedOf(journal, ref);
  await attempt();
  assert.deepEqual(await storedOf(journal, ref), before, 'nothing was written');
}
