import { defineSaga, NOTHING_TO_UNDO, type SagaDefinition } from 'nestjs-saga-orchestrator/core';
import type { StoreConfig } from '../stores.js';

export const LEASE_MS = 1_000;

/** Where a process dies that places an order with its saga. */
export const PLACES = [
  'before the saga is stored',
  'before COMMIT',
  'while COMMIT is on its way',
  'after COMMIT',
  'after ROLLBACK',
  'in its first step',
] as const;

/** What such a process gets on its command line. */
export interface PlaceTask {
  readonly store: StoreConfig;
  readonly id: string;
  readonly place: (typeof PLACES)[number];
  /** It starts the saga before its transaction, not in it. */
  readonly twin?: 'before';
}

export function placeOrder(step: () => void): SagaDefinition {
  return defineSaga('PlaceOrder', [
    { label: 'Ship', action: step, compensate: NOTHING_TO_UNDO },
    { label: 'Bill', action: () => undefined, compensate: NOTHING_TO_UNDO },
  ]);
}
