import type { SagaDefinition } from 'nestjs-saga-orchestrator/core';
import type { Moves } from './moves.js';
import { transferOf } from './transfer-task.js';

export const RUN = { leaseMs: 1_000, concurrency: 10, workers: 3 } as const;

/** Every fifth one is undone. */
export function failsInRun(id: string): boolean {
  return Number(id) % 5 === 0;
}

export function runPlan(moves: Pick<Moves, 'move'>): SagaDefinition {
  return transferOf(moves, undefined, failsInRun);
}
