import { defineSaga, NonRetryableError, type SagaDefinition } from 'nestjs-saga-orchestrator/core';
import type { StoreConfig } from '../stores.js';
import type { Moves } from './moves.js';

export const LEASE_MS = 1_000;

/** Where a process dies in the transaction of a step, or of its undo. */
export const PLACES = [
  'before the append',
  'after the append',
  'while COMMIT is on its way',
  'after the answer to COMMIT',
] as const;

/** What a process gets on its command line. */
export interface TransferTask {
  readonly store: StoreConfig;
  readonly id: string;
  readonly place: (typeof PLACES)[number];
  /** In which call. */
  readonly call: 'do Credit' | 'undo Credit';
  /** It appends on another connection than that of its action. */
  readonly twin?: 'elsewhere';
}

export const mustFail = (id: string): boolean => id.includes('undo');

/** Each step makes a row; a saga that must fail does so in its last step. */
export function transferOf(
  { move }: Pick<Moves, 'move'>,
  made: (what: string) => void = () => undefined,
  fails: (id: string) => boolean = mustFail,
): SagaDefinition {
  const step = (label: string) => {
    const make = async (tx: unknown, id: string, what: string): Promise<void> => {
      await move(tx, id, what);
      made(what);
    };
    return {
      label,
      transaction: true as const,
      action: async ({ sagaId }: { readonly sagaId: string }, tx: unknown) => {
        if (label === 'Book' && fails(sagaId)) throw new NonRetryableError('closed');
        await make(tx, sagaId, `do ${label}`);
      },
      compensate: ({ sagaId }: { readonly sagaId: string }, tx: unknown) =>
        make(tx, sagaId, `undo ${label}`),
    };
  };
  return defineSaga('Transfer', [step('Debit'), step('Credit'), step('Book')]);
}
