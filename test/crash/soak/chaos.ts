import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresServer } from '../../support/postgres-server.js';
import type { Chance } from '../seeded.js';
import type { Fleet, Worker } from './fleet.js';

/**
 * SIGKILL; SIGSTOP for longer than the lease, then SIGCONT; the end of all sessions of the server; a
 * restart of the server.
 */
export type Fault = 'kill' | 'pause' | 'sessions' | 'restart';

export interface ChaosPlan {
  readonly everyMs: number;
  readonly leaseMs: number;
  /** Ends once so many processes were killed, and every transfer was accepted. */
  readonly kills: number;
  readonly sagas: number;
  /** Which faults come, over and over, each time in another order. */
  readonly mix: readonly Fault[];
  /** Whose sessions are ended, when sagas are kept there. */
  readonly postgres: PostgresServer | undefined;
}

/** How much longer than its lease a process is paused. */
const OVERSLEEP = 1.8;

/** Many times what the load should take, and then some: a machine may be busy. */
const GIVE_UP_AFTER = 10;
const PATIENCE_MS = 60_000;

/** Faults that rain on a fleet. */
export class Chaos {
  /** How often which fault came. */
  readonly struck: Record<Fault, number> = { kill: 0, pause: 0, sessions: 0, restart: 0 };
  #coming: Fault[] = [];

  constructor(
    private readonly fleet: Fleet,
    private readonly plan: ChaosPlan,
    private readonly chance: Chance,
  ) {}

  /** Lets faults rain until all transfers were accepted, evenly over the load. */
  async rain(): Promise<void> {
    const { fleet, plan, chance, struck } = this;
    const began = performance.now();
    const strikes = (plan.kills * plan.mix.length) / plan.mix.filter((f) => f === 'kill').length;
    const duration = strikes * plan.everyMs;
    const feed = (): void => fleet.allow((plan.sagas * (performance.now() - began)) / duration);
    const feeding = setInterval(feed, 50);
    const telling = setInterval(() => {
      console.log(`  ${fleet.accepted.size} accepted, ${JSON.stringify(struck)}`);
    }, 10_000);
    try {
      while (!fleet.allAccepted || struck.kill < plan.kills) {
        if (performance.now() - began > GIVE_UP_AFTER * duration + PATIENCE_MS) {
          fleet.problems.push('the workers do not get on with their transfers');
          return;
        }
        await sleep(plan.everyMs * (0.5 + chance.next()));
        await this.#strike();
      }
    } finally {
      clearInterval(feeding);
      clearInterval(telling);
    }
  }

  async #strike(): Promise<void> {
    const { fleet, plan, chance, struck } = this;
    const victim = fleet.victims[chance.below(fleet.victims.length)];
    if (victim === undefined) return;
    if (this.#coming.length === 0) this.#coming = chance.shuffled(plan.mix);
    const fault = this.#coming.pop() as Fault;
    struck[fault] += 1;
    switch (fault) {
      case 'kill':
        return fleet.kill(victim);
      case 'pause':
        return this.#pause(victim);
      case 'sessions':
        return void (await plan.postgres?.terminateBackends());
      case 'restart':
        return plan.postgres?.restart(chance.next() < 0.5 ? 'fast' : 'immediate');
    }
  }

  #pause(victim: Worker): void {
    this.fleet.stop(victim);
    setTimeout(() => this.fleet.wake(victim), this.plan.leaseMs * OVERSLEEP);
  }
}
