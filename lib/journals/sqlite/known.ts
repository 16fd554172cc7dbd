import type { CancelRequest, SagaRow, SagaStatus } from '../../core/index.js';
import type { SqlRow } from '../sql/index.js';

/** What an append has to be checked against. */
export interface Known {
  readonly saga: number;
  readonly owner: string | null;
  readonly epoch: number;
  /** The seq that the next record must have. */
  next: number;
  status: SagaStatus;
  recoveries: number;
  readonly cancel: CancelRequest | undefined;
}

function cancelOf(row: SqlRow): CancelRequest | undefined {
  const { cancel_reason: reason, cancel_by: by } = row as Readonly<Record<string, string | null>>;
  if (reason == null) return undefined;
  return by == null ? { reason } : { reason, by };
}

export function knownOf(row: SqlRow): Known {
  return {
    saga: Number(row['saga']),
    owner: row['owner'] as string | null,
    epoch: Number(row['epoch']),
    next: Number(row['seq']) + 1,
    status: row['status'] as SagaRow['status'],
    recoveries: Number(row['recoveries']),
    cancel: cancelOf(row),
  };
}
