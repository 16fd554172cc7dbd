import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import type { Fleet, Worker } from './fleet.js';
import { Possession } from './possession.js';
import { TRANSFER } from './transfer.js';
import { sightOf, testimonies, type Sight } from './witness.js';
import { zombieActs } from './zombie-acts.js';

/** A worker that was stopped for longer than its lease, and what others took from it meanwhile. */
export interface Sleeper {
  readonly worker: number;
  /** The transfers that it lost, each with the epoch in which it had them. */
  readonly lost: ReadonlyMap<string, number>;
}

/** As many transfers in its hands, and it is stopped in the middle of them. */
const ENOUGH = 8;
const PATIENCE_MS = 30_000;
/** Several leases. */
const SLEEP_LIMIT_MS = 12_000;
const AWAKE_MS = 2_000;
const ATTEMPTS = 8;

async function until(
  holds: () => Promise<boolean>,
  what: string,
  limitMs = PATIENCE_MS,
): Promise<true> {
  for (const end = performance.now() + limitMs; !(await holds()); await sleep(50)) {
    if (performance.now() > end) throw new Error(`It did not come to this: ${what}`);
  }
  return true;
}

/**
 * What its customers wait for and whose last owner, as far as anybody saw, it is itself: with the
 * epochs.
 */
async function heldBy(worker: Worker, witness: string): Promise<Map<string, number>> {
  const held = new Map<string, number>();
  const seen = await testimonies(witness);
  for (const id of [...worker.inFlight].map(String)) {
    const last = new Possession();
    for (const sight of (seen.get(id) ?? []).map(sightOf)) last.see(sight);
    if (last.worker === worker.number) held.set(id, last.epoch);
  }
  return held;
}

/** Those of them that have not ended. */
async function liveOf(held: Map<string, number>, journal: Journal): Promise<Map<string, number>> {
  const live = new Map<string, number>();
  const look = async ([id, epoch]: readonly [string, number]): Promise<void> => {
    const row = await journal.get({ name: TRANSFER, id });
    if (row?.status !== 'running' && row?.status !== 'compensating') return;
    if (row.epoch === epoch) live.set(id, epoch);
  };
  // At once: others begin to take them as soon as the lease has ended.
  await Promise.all([...held].map(look));
  return live;
}

/** Stops it in the middle of its transfers. Gives those, with the epochs in which it has them. */
async function stopAtWork(
  fleet: Fleet,
  victim: Worker,
  journal: Journal,
  witness: string,
): Promise<ReadonlyMap<string, number>> {
  let lost = new Map<string, number>();
  await until(async () => {
    fleet.stop(victim);
    // Nobody can look into a file while a sleeper has its hands on the index of the log.
    lost = await liveOf(await heldBy(victim, witness), journal).catch(() => new Map());
    if (lost.size >= ENOUGH) return true;
    fleet.wake(victim);
    // Time for it to work.
    await sleep(500);
    return false;
  }, `worker ${victim.number} (${fleet.state}) has ${ENOUGH} transfers in its hands`);
  return lost;
}

/** Stops a worker in the middle of its transfers until others have taken them all, then wakes it. */
export async function putToSleep(
  fleet: Fleet,
  victim: Worker,
  journal: Journal,
  witness: string,
): Promise<Sleeper> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const lost = await stopAtWork(fleet, victim, journal, witness);
    const areTaken = async (): Promise<boolean> => {
      for (const [id, epoch] of lost) {
        const row = await journal.get({ name: TRANSFER, id });
        if (row === undefined || row.epoch <= epoch) return false;
      }
      return true;
    };
    const taken = await until(areTaken, 'others take over', SLEEP_LIMIT_MS).catch(() => undefined);
    fleet.wake(victim);
    if (taken) return { worker: victim.number, lost };
    // It fell asleep in the middle of a commit to a file, which it kept locked for all: nobody could
    // take anything. Stopped again at once it would be found there again.
    await sleep(AWAKE_MS);
  }
  throw new Error(`Others did not take over from worker ${victim.number}: ${fleet.state}`);
}

/** How much of what it had lost it wrote or began after that. */
export async function actsAfterWaking(
  { worker, lost }: Sleeper,
  witness: string,
): Promise<readonly Sight[]> {
  const seen = await testimonies(witness);
  return [...lost].flatMap(([id, epoch]) =>
    zombieActs((seen.get(id) ?? []).map(sightOf), worker, epoch),
  );
}
