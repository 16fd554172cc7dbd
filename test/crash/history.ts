import {
  jsonCodec,
  type JournalEntry,
  type SagaRow,
  type SagaStatus,
} from 'nestjs-saga-orchestrator/core';
import type { LedgerLine } from './ledger.js';

/** A record as it stands in the journal, read without the library. */
export interface Recorded {
  readonly seq: number;
  readonly epoch: number;
  readonly head: string;
  readonly type: string;
  readonly label?: string;
  readonly attempt?: number;
  readonly reason?: string;
  readonly act?: string;
}

export function recorded({ seq, epoch, head }: JournalEntry): Recorded {
  return { seq, epoch, head, ...(JSON.parse(head) as { type: string }) };
}

/** Everything that is known of one saga once it rests. */
export interface History {
  readonly row: SagaRow | undefined;
  readonly records: readonly Recorded[];
  readonly lines: readonly LedgerLine[];
  /** The trail that its context ended with. */
  readonly trail: readonly string[];
}

export function historyOf(
  row: SagaRow | undefined,
  entries: readonly JournalEntry[],
  lines: readonly LedgerLine[],
): History {
  const context = entries.findLast((entry) => entry.context !== null)?.context ?? row?.input;
  const { trail = [] } = (
    context === undefined ? {} : (jsonCodec.decode(context) as { trail?: string[] })
  ) as { trail?: readonly string[] };
  return { row, records: entries.map(recorded), lines, trail };
}

const ENDS: readonly string[] = ['completed', 'compensated', 'parked'] satisfies SagaStatus[];

/** The status in which a record leaves a saga at rest. */
export function endBy({ type, act }: Recorded): string | undefined {
  if (act === 'terminate') return 'parked';
  return ENDS.includes(type) ? type : undefined;
}

export function ofType(history: History, type: string, label?: string): readonly Recorded[] {
  return history.records.filter(
    (record) => record.type === type && (label === undefined || record.label === label),
  );
}
