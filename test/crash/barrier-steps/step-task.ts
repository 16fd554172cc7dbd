import { defineSaga, NonRetryableError, type SagaDefinition } from 'nestjs-saga-orchestrator/core';
import type { Participant } from '../barrier/participant.js';
import type { StoreConfig } from '../stores.js';

export const LEASE_MS = 1_000;

/** Where a process dies in a step behind a barrier, or in its undo. */
export const PLACES = {
  do: [
    ...['after its row', 'after its effect', 'after its result'],
    ...['while COMMIT is on its way', 'before its record'],
  ],
  undo: [
    ...['between its rows', 'after its row', 'after its effect'],
    ...['while COMMIT is on its way', 'before its record'],
  ],
} as const;

/** What a process gets on its command line. */
export interface StepTask {
  /** The journal's, and another one, which the steps change. */
  readonly store: StoreConfig;
  readonly elsewhere: StoreConfig;
  readonly id: string;
  /** Of its second step. */
  readonly call: keyof typeof PLACES;
  readonly place: string;
  /** The rows of its barrier are in transactions of their own. */
  readonly twin?: 'apart';
}

export const mustFail = (id: string): boolean => id.startsWith('undo');

/** Each step has an effect; a saga that must fail does so in its last step. */
export function transferOf(participant: Pick<Participant, 'book'>): SagaDefinition {
  const step = (label: string) => ({
    label,
    barrier: true as const,
    action: async (
      { sagaId, idempotencyKey }: { readonly sagaId: string; readonly idempotencyKey: string },
      tx: unknown,
    ) => {
      if (label === 'Book' && mustFail(sagaId)) throw new NonRetryableError('closed');
      return participant.book(tx, idempotencyKey, 'do', label);
    },
    compensate: (ctx: { readonly actionIdempotencyKey: string }, tx: unknown) =>
      participant.book(tx, ctx.actionIdempotencyKey, 'undo', label),
  });
  return defineSaga('Transfer', [step('Debit'), step('Credit'), step('Book')]);
}
