import { join } from 'node:path';
import { Ledger } from './ledger.js';
import type { Scenario } from './scenarios.js';

/** One saga, and where its processes are killed. */
export interface Case {
  /** Unique; also the name of its saga, so that a recovery can be meant for it alone. */
  readonly name: string;
  readonly scenario: Scenario;
  /** The place from 1 where the process that starts it dies; none: it is to live. */
  readonly killAt?: number;
  /** The place where the first process that recovers it dies. */
  readonly killRecoveryAt?: number;
  /** So many processes that recover it die there, one after the other. @default 1 */
  readonly recoveriesKilled?: number;
  /** The place where the process dies that acts on it from elsewhere. */
  readonly killActAt?: number;
  /** The name of the twin that is broken on purpose. */
  readonly twin?: string;
}

export const SAGA_ID = 'saga-1';

export function ledgerOf(directory: string, { name }: Case): Ledger {
  return new Ledger(join(directory, `${name}.jsonl`));
}

/** How many of its processes are killed. */
export function kills(own: Case): number {
  const others = Number(own.killActAt !== undefined) + killedRecoveries(own);
  return Number(own.killAt !== undefined) + others;
}

export function killedRecoveries({ killRecoveryAt, recoveriesKilled = 1 }: Case): number {
  return killRecoveryAt === undefined ? 0 : recoveriesKilled;
}

/** A saga that was taken over more often than this, without progress, is parked. */
export const RECOVERY_LIMIT = 5;

/** Whoever takes it up dies before it comes to anything. */
export function isPoisoned(own: Case): boolean {
  return killedRecoveries(own) >= RECOVERY_LIMIT;
}
