import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../support/postgres-server.js';
import type { Chance } from '../seeded.js';
import type { Fleet } from './fleet.js';

/** How often which fault came. */
export interface Faults {
  kill: number;
  pause: number;
  backends: number;
}

export interface ChaosPlan {
  readonly everyMs: number;
  readonly leaseMs: number;
  /** Ends once so many processes were killed, and every transfer was accepted. */
  readonly kills: number;
  readonly sagas: number;
  /** Whose sessions are ended, when sagas are kept there. */
  readonly postgres: PostgresServer | undefined;
}

/** How much longer than its lease a process is paused. */
const OVERSLEEP = 1.8;

/** Lets faults rain on the workers until all transfers were accepted, evenly over the load. */
export async function chaos(fleet: Fleet, plan: ChaosPlan, chance: Chance): Promise<Faults> {
  const faults: Faults = { kill: 0, pause: 0, backends: 0 };
  const began = performance.now();
  const duration = plan.kills * plan.everyMs;
  const feed = (): void => fleet.allow((plan.sagas * (performance.now() - began)) / duration);
  const feeding = setInterval(feed, 50);
  const telling = setInterval(() => {
    console.log(`  ${fleet.accepted} accepted, ${faults.kill} kills, ${faults.pause} pauses`);
  }, 10_000);
  try {
    while (!fleet.allAccepted || faults.kill < plan.kills) {
      await sleep(plan.everyMs * (0.5 + chance.next()));
      await strike(fleet, plan, chance, faults);
    }
  } finally {
    clearInterval(feeding);
    clearInterval(telling);
  }
  return faults;
}

async function strike(
  fleet: Fleet,
  plan: ChaosPlan,
  chance: Chance,
  faults: Faults,
): Promise<void> {
  const fault = chance.below(10);
  const { victims } = fleet;
  const victim = victims[chance.below(victims.length)];
  if (victim === undefined) return;
  if (fault === 0) {
    fleet.pause(victim, plan.leaseMs * OVERSLEEP);
    faults.pause += 1;
  } else if (fault === 1 && plan.postgres !== undefined) {
    faults.backends += await plan.postgres.terminateBackends();
  } else {
    fleet.kill(victim);
    faults.kill += 1;
  }
}
