import { availableParallelism } from 'node:os';
import { killedRecoveries, ledgerOf, SAGA_ID, type Case } from './cases.js';
import { PASSED, type ChildTask } from './child-task.js';
import { inParallel, runToEnd, type Ended } from './children.js';
import { FIRED } from './crash-points.js';
import { violations } from './invariants.js';
import type { LedgerLine } from './ledger.js';
import { recoverAll, type Recovered } from './recovery.js';
import type { Scenario } from './scenarios.js';
import type { StoreConfig } from './stores.js';

/** A store for one sweep. */
export interface Ground {
  readonly store: StoreConfig;
  /** Where the ledgers are. */
  readonly directory: string;
  /** How long a dead process counts as alive. */
  readonly leaseMs: number;
}

/** A case that did not end as it must. */
export interface Failure {
  readonly own: Case;
  readonly found: readonly string[];
}

export interface SweepResult {
  readonly recovered: readonly Recovered[];
  readonly failures: readonly Failure[];
  readonly kills: number;
}

/** Invariant 13: all rest within three leases and the longest back-off. */
function restLimit({ leaseMs }: Ground): number {
  return 3 * leaseMs + 5_000;
}

const CHILD_LIMIT_MS = 60_000;
const WIDTH = Math.min(2, availableParallelism());
const SCRIPT = new URL('./child.mjs', import.meta.url);

function runChild(ground: Ground, own: Case, role: ChildTask['role']): Promise<Ended> {
  const task: ChildTask = { role, case: own, ...ground };
  return runToEnd(SCRIPT, [JSON.stringify(task)], CHILD_LIMIT_MS);
}

/** What was wrong with the way a process ended; a kill that did not fire proves nothing. */
function unexpectedEnd({ code, signal, output }: Ended, toBeKilled: boolean): string | undefined {
  const fired = signal === 'SIGKILL' && output.includes(FIRED);
  if (toBeKilled) return fired ? undefined : `the kill did not fire: ${code} ${signal} ${output}`;
  return code === 0 ? undefined : `the process ended with ${code} ${signal}: ${output}`;
}

/** Runs a process that is to die where its case says, and gives what was wrong with its end. */
export async function killedAsTold(
  ground: Ground,
  own: Case,
  role: ChildTask['role'],
): Promise<string | undefined> {
  return unexpectedEnd(await runChild(ground, own, role), true);
}

/** Runs every scenario without a kill, and gives one case for every place to die that came by. */
export async function casesOf(
  ground: Ground,
  scenarios: readonly Scenario[],
  twin?: string,
): Promise<{ readonly cases: readonly Case[]; readonly failures: readonly Failure[] }> {
  const cases: Case[] = [];
  const failures: Failure[] = [];
  await inParallel(scenarios, WIDTH, async (scenario) => {
    const base = { scenario, ...(twin === undefined ? {} : { twin }) };
    const own: Case = { name: `${scenario.name}; no kill`, ...base };
    const ended = await runChild(ground, own, 'start');
    const wrong = unexpectedEnd(ended, false);
    if (wrong !== undefined) failures.push({ own, found: [wrong] });
    const passed = Number(ended.output.split(PASSED)[1] ?? 0);
    cases.push(own);
    for (let killAt = 1; killAt <= passed; killAt += 1) {
      cases.push({ name: `${scenario.name}; kill ${killAt}`, killAt, ...base });
    }
  });
  return { cases, failures };
}

/** The owner's process and the one that acts on it from elsewhere, side by side. What was wrong. */
async function meet(ground: Ground, own: Case): Promise<readonly string[]> {
  const ledger = ledgerOf(ground.directory, own);
  const gone = async (role: 'start' | 'act', line: LedgerLine): Promise<Ended> => {
    const ended = await runChild(ground, own, role);
    ledger.write(line);
    return ended;
  };
  const [owner, actor] = await Promise.all([
    gone('start', { kind: 'process' }),
    gone('act', { kind: 'actor-gone' }),
  ]);
  return [
    unexpectedEnd(owner, own.killAt !== undefined),
    unexpectedEnd(actor, own.killActAt !== undefined),
  ].filter((wrong) => wrong !== undefined);
}

/** Kills a process of every case where it says, lets others recover them all, and judges them. */
export async function sweep(
  ground: Ground,
  cases: readonly Case[],
  onKill: (kills: number) => void = () => undefined,
): Promise<SweepResult> {
  const failures: Failure[] = [];
  let kills = 0;
  const killIn = async (role: ChildTask['role'], own: Case): Promise<void> => {
    const wrong = await killedAsTold(ground, own, role);
    if (wrong === undefined) onKill((kills += 1));
    else failures.push({ own, found: [wrong] });
  };
  const met = cases.filter(({ scenario }) => scenario.elsewhere !== undefined);
  await inParallel(met, WIDTH, async (own) => {
    const found = await meet(ground, own);
    if (found.length > 0) failures.push({ own, found });
    onKill((kills += Number(own.killAt !== undefined) + Number(own.killActAt !== undefined)));
  });
  const first = cases.filter((own) => own.killAt !== undefined && !met.includes(own));
  await inParallel(first, WIDTH, (own) => killIn('start', own));
  const second = cases.filter((own) => killedRecoveries(own) > 0);
  await inParallel(second, WIDTH, async (own) => {
    for (let left = killedRecoveries(own); left > 0; left -= 1) await killIn('recover', own);
  });
  const { store, directory } = ground;
  const recovered = await recoverAll(store, directory, cases, restLimit(ground));
  for (const { own, history } of recovered) {
    const found = violations(history, own);
    if (found.length > 0) failures.push({ own, found });
  }
  return { recovered, failures, kills };
}

/** A case in words, with its records for whoever looks into it. */
export function shownFailure({ own, found }: Failure, recovered: readonly Recovered[]): string {
  const history = recovered.find((one) => one.own === own)?.history;
  const records = history?.records.map(({ type, label = '' }) => `${type} ${label}`.trim());
  const all = [...found, ...(records === undefined ? [] : [`records: ${records.join(', ')}`])];
  return `✘ ${own.name} (${SAGA_ID})\n${all.map((line) => `    ${line}`).join('\n')}`;
}
