import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import type { Grounds } from '../grounds.js';
import type { Chance } from '../seeded.js';
import { openJournal, type StoreConfig, type StoreKind } from '../stores.js';
import { audit, type AuditResult } from './audit.js';
import { Chaos, type ChaosPlan } from './chaos.js';
import { Fleet } from './fleet.js';
import { openAccounts, type WorkerTask } from './task.js';

export interface SoakPlan extends Omit<ChaosPlan, 'postgres'> {
  readonly workers: number;
  /** The name of what is broken on purpose. */
  readonly twin?: string;
  /** How long it may take until all rest, once the faults are off. */
  readonly restLimitMs: number;
  /** Sagas that may still run then: they are left to others. */
  readonly left?: ReadonlySet<string>;
  /** As in `WorkerTask`. */
  readonly isShared?: true;
  readonly maxRecoveries?: number;
  /** Transfers of one worker at a time. */
  readonly window?: number;
}

export interface Soaked extends AuditResult {
  readonly struck: Chaos['struck'];
  /** Transfers that a worker had to let go of before their end. */
  readonly interrupted: number;
  readonly errors: readonly string[];
}

/** A load on a fleet of workers with a store of their own; `meanwhile` does things to them. */
export async function underLoad(
  kind: StoreKind,
  grounds: Grounds,
  plan: Omit<SoakPlan, 'everyMs' | 'kills' | 'mix'>,
  meanwhile: (fleet: Fleet, journal: Journal, witness: string, store: StoreConfig) => Promise<void>,
): Promise<Omit<Soaked, 'struck'>> {
  const { store, directory } = grounds.ground(kind);
  const { store: bank } = grounds.ground(kind);
  const { leaseMs, sagas, left = new Set(), window } = plan;
  const { twin, isShared, maxRecoveries } = plan;
  const witness = join(directory, 'witness.log');
  const accounts = await openAccounts(bank);
  await accounts.open();
  const journal = await openJournal(store);
  await journal.open();
  const optional = { twin, isShared, maxRecoveries } as Partial<WorkerTask>;
  const task = { store, accounts: bank, leaseMs, witness, ...optional };
  const fleet = new Fleet(task, sagas, plan.workers, window);
  const isDone = async (): Promise<boolean> => {
    const limit = left.size + 1;
    const { rows } = await journal.list({ status: ['running', 'compensating'], limit });
    return rows.every(({ id }) => left.has(id)) && fleet.allAnswered;
  };
  try {
    fleet.start();
    await meanwhile(fleet, journal, witness, store);
    const begun = fleet.enough();
    const end = performance.now() + plan.restLimitMs;
    while (!(await isDone()) && performance.now() < end) await sleep(100);
    if (!(await isDone())) fleet.problems.push('transfers are under way, or unanswered, too long');
    await fleet.close();
    const found = await audit(journal, accounts, begun, witness);
    const { interrupted, errors } = fleet;
    return { ...found, problems: [...fleet.problems, ...found.problems], interrupted, errors };
  } finally {
    await fleet.close();
    await journal.close();
    await accounts.close();
  }
}

/** Keeps all workers busy as long as `work` lasts, with as many transfers at a time. */
export async function busy(fleet: Fleet, atOnce: number, work: () => Promise<void>): Promise<void> {
  const feeding = setInterval(() => fleet.allow(fleet.answered.size + atOnce), 20);
  try {
    await work();
  } finally {
    clearInterval(feeding);
  }
}

/** Transfers under a rain of faults. */
export async function soak(
  kind: StoreKind,
  grounds: Grounds,
  plan: SoakPlan,
  chance: Chance,
): Promise<Soaked> {
  const postgres = kind.name === 'postgres' ? grounds.postgres : undefined;
  let struck: Chaos['struck'] | undefined;
  const result = await underLoad(kind, grounds, plan, async (fleet) => {
    const chaos = new Chaos(fleet, { ...plan, postgres }, chance);
    struck = chaos.struck;
    await chaos.rain();
  });
  return { ...result, struck: struck as Chaos['struck'] };
}
