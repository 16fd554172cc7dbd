import { setTimeout as pause } from 'node:timers/promises';
import {
  evolve,
  isSagaError,
  type JournalEntry,
  type PayloadCodec,
  type SagaDetails,
  type SagaRecord,
  type SagaRef,
  type SagaRow,
  SagaState,
  SagaStateError,
  type StoredSaga,
} from '../../core/index.js';
import { decodeHead, detailsOf, encodeHead, shownSaga } from '../../core/engine/index.js';
import { sqlText, type RestateServer, type SqlRow } from './server.js';
import { entriesOf, RUN, type Batch, type StartInput } from './wire.js';

/** A saga as the server has it. */
export interface KeptSaga extends StoredSaga {
  readonly invocationId: string;
  readonly plan: StartInput;
  /** Its workflow was killed by hand. */
  readonly killed: boolean;
}

type Entry = {
  readonly Command?: { readonly Input?: { readonly payload: readonly number[] } };
  readonly Notification?: {
    readonly Completion?: {
      readonly Run?: { readonly result: { readonly Success?: readonly number[] } };
    };
  };
};

function parsed<T>(bytes: readonly number[]): T {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
}

/** What starts a saga, from the first entry of its journal. */
export function startInputOf(entryJson: unknown): StartInput | undefined {
  const payload = (JSON.parse(String(entryJson)) as Entry).Command?.Input?.payload;
  return payload === undefined ? undefined : parsed<StartInput>(payload);
}

function entriesIn(rows: readonly SqlRow[]): JournalEntry[] {
  return rows.flatMap(({ entry_json }) => {
    const entry = JSON.parse(String(entry_json)) as Entry;
    const outcome = entry.Notification?.Completion?.Run?.result.Success;
    return outcome === undefined ? [] : entriesOf(parsed<Batch>(outcome));
  });
}

/** By the records that this version knows; those of a later version are left out. */
function foldOf(entries: readonly JournalEntry[]): SagaState {
  const state = new SagaState();
  for (const { head } of entries) {
    const record = unlessNewer(head);
    if (record !== undefined) evolve(state, record);
  }
  return state;
}

function unlessNewer(head: string): SagaRecord | undefined {
  try {
    return decodeHead(head);
  } catch (error) {
    if (isSagaError(error, 'SAGA_NEWER')) return undefined;
    throw error;
  }
}

/** A killed workflow ends its saga without compensation, as a termination: what was done stays done. */
const KILLED = {
  ...{ epoch: 1, result: null, context: null },
  head: encodeHead({ type: 'parked', reason: 'terminated' }),
};

function rowOf(ref: SagaRef, plan: StartInput, state: SagaState, times: SqlRow): SagaRow {
  const {
    version,
    fingerprint,
    key,
    tags,
    deadline,
    input,
    createdAt,
    birth = '',
    headers = {},
  } = plan;
  return {
    application: '',
    name: ref.name,
    id: ref.id,
    birth,
    version,
    fingerprint,
    key,
    tags,
    headers,
    deadline,
    input,
    createdAt,
    status: state.status,
    owner: null,
    epoch: 1,
    recoveries: state.recoveries,
    cancelReason: null,
    parkReason: state.parked?.reason ?? null,
    label: state.parked?.label ?? null,
    cancelBy: null,
    wakeAt: null,
    updatedAt: Date.parse(String(times['modified_at'])),
  };
}

/** Reads sagas out of the journal that the server keeps. */
export class Store {
  constructor(
    private readonly server: RestateServer,
    private readonly codec: PayloadCodec,
  ) {}

  async load(ref: SagaRef): Promise<KeptSaga | undefined> {
    const [found] = await this.server.query(
      'SELECT id, status, completion_result, modified_at FROM sys_invocation ' +
        `WHERE target_service_name = ${sqlText(ref.name)} ` +
        `AND target_service_key = ${sqlText(ref.id)} AND target_handler_name = '${RUN}'`,
    );
    if (found === undefined) return undefined;
    const invocationId = String(found['id']);
    const rows = await this.server.query(
      `SELECT index, entry_json FROM sys_journal WHERE id = ${sqlText(invocationId)} ` +
        `AND entry_type IN ('Command: Input', 'Notification: Run') ORDER BY index`,
    );
    const plan = startInputOf(rows[0]?.['entry_json'] ?? '{}');
    if (plan === undefined) return undefined;
    const entries = entriesIn(rows.slice(1));
    const killed = found['completion_result'] === 'failure';
    if (killed) {
      const at = Date.parse(String(found['modified_at']));
      entries.push({ ...KILLED, seq: entries.length + 1, at });
    }
    const row = rowOf(ref, plan, foldOf(entries), found);
    return { row, entries, nextSeq: entries.length + 1, invocationId, plan, killed };
  }

  async details(ref: SagaRef): Promise<SagaDetails | undefined> {
    const kept = await this.load(ref);
    return kept && detailsOf(kept, this.codec);
  }

  /** As {@link load}, also of a saga that was accepted a moment ago. */
  async find(ref: SagaRef): Promise<KeptSaga | undefined> {
    const kept = await this.load(ref);
    if (kept !== undefined || !(await this.server.has(ref))) return kept;
    return this.taken(ref);
  }

  /**
   * The saga that has an id already. It may have been accepted a moment ago: its journal may come a
   * little late.
   *
   * @throws SagaStateError when it is gone again.
   */
  async taken(ref: SagaRef): Promise<KeptSaga> {
    for (let tries = 0; tries < 20; tries += 1) {
      const kept = await this.load(ref);
      if (kept !== undefined) return kept;
      await pause(25);
    }
    throw new SagaStateError(`Saga ${shownSaga(ref.name, ref.id)} was just deleted`);
  }
}
