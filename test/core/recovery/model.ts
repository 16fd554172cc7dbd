import fc from 'fast-check';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { settle } from '../../support/manual-clock.js';
import { LEASE, ref, type Process } from './cluster.js';
import { stepPlans } from './random-world.js';
import { World, type StepPlan, type WorldOptions } from './world.js';

/** How often the commands found what they are for. */
export const counted = {
  start: 0,
  attach: 0,
  cancel: 0,
  resume: 0,
  terminate: 0,
  retryCompensation: 0,
  crash: 0,
  recover: 0,
  refusedWrite: 0,
  lostAnswer: 0,
  lostOwnership: 0,
  shutdown: 0,
};

type What = keyof typeof counted;

class Told {
  constructor(readonly world: World) {}

  /** Of those that are there now. */
  processAt(n: number): Process | undefined {
    const up = this.world.processes.filter((process) => process.isUp);
    return up[n % Math.max(1, up.length)];
  }
}

type Do = (world: World, process: Process, id: string) => Promise<boolean> | boolean;

const RESET = 'connection reset';

const why = { by: 'eve', reason: 'a test' };

async function accepted(work: Promise<unknown>): Promise<boolean> {
  const outcome = work.then(
    () => true,
    (error: { code?: string; message: string }) => {
      // What an operator may be told; anything else is a defect.
      if (error.code?.startsWith('SAGA_') === true || error.message === RESET) return false;
      throw error as unknown as Error;
    },
  );
  void outcome.catch(() => undefined);
  await settle();
  return Promise.race([outcome, settle().then(() => false)]);
}

/** The next call of this kind fails: before it has reached the journal, or after. */
function fail(process: Process, broken: keyof Journal, what: 'refusedWrite' | 'lostAnswer'): void {
  process.fault = (method) => {
    if (method !== broken) return undefined;
    process.fault = () => undefined;
    counted[what] += 1;
    const broke = (): never => {
      throw new Error(RESET);
    };
    return what === 'lostAnswer' ? broke : broke();
  };
}

const DOES: Readonly<Record<Exclude<What, 'refusedWrite' | 'lostAnswer'>, Do>> = {
  start: async (world, process, id) => {
    const isNew = (await world.journal.get({ ...ref, id })) === undefined;
    world.begin(process, id);
    return isNew;
  },
  attach: async (world, process, id) => {
    const isKnown = (await world.journal.get({ ...ref, id })) !== undefined;
    world.begin(process, id);
    return isKnown;
  },
  cancel: (_, { engine }, id) => accepted(engine.cancel({ ...ref, id }, 'changed my mind')),
  resume: (_, { engine }, id) => accepted(engine.resume({ ...ref, id })),
  terminate: (_, { engine }, id) =>
    accepted(engine.manual({ ...ref, id }, { act: 'terminate' }, why)),
  retryCompensation: (_, { engine }, id) =>
    accepted(engine.manual({ ...ref, id }, { act: 'retry-compensation' }, why)),
  crash: (_, process) => {
    process.crash();
    return true;
  },
  recover: async (world) => {
    if (world.processes.filter(({ isDead }) => !isDead).length >= 4) return false;
    await world.join();
    return true;
  },
  lostOwnership: async (world, process) => {
    process.pause();
    await world.clock.advance(LEASE + 6_000);
    process.wake();
    return true;
  },
  shutdown: async (world, process) => {
    const closed = process.engine.close();
    await world.clock.advance(11_000);
    await closed;
    process.crash();
    return true;
  },
};

class Command implements fc.AsyncCommand<object, Told> {
  constructor(
    private readonly what: What,
    private readonly process: number,
    private readonly id: string,
    private readonly then: number,
    private readonly broken: keyof Journal,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_: object, told: Told): Promise<void> {
    const { world } = told;
    const process = told.processAt(this.process);
    if (this.what === 'refusedWrite' || this.what === 'lostAnswer') {
      if (process !== undefined) fail(process, this.broken, this.what);
    } else if (process !== undefined || this.what === 'recover') {
      const done = await DOES[this.what](world, process as Process, this.id);
      if (done) counted[this.what] += 1;
    }
    await world.clock.advance(this.then);
  }

  toString(): string {
    return `${this.what}(${this.process}, ${this.id}, ${this.broken}) +${this.then}`;
  }
}

const names = Object.keys(counted) as What[];
const command = fc
  .tuple(
    fc.constantFrom<What>('start', 'start', 'recover', 'retryCompensation', 'cancel', ...names),
    fc.nat(3),
    fc.constantFrom('o-1', 'o-1', 'o-2'),
    fc.constantFrom(0, 0, 1, 100, 2_500, 5_000, LEASE + 5_000),
    fc.constantFrom<keyof Journal>('append', 'append', 'append', 'create', 'claim', 'load', 'get'),
  )
  .map((parts) => new Command(...parts));

export const histories = fc.record({
  steps: stepPlans,
  commands: fc.commands([command], { maxCommands: 14, size: '+1' }),
});

interface History {
  readonly steps: readonly StepPlan[];
  readonly commands: Iterable<fc.AsyncCommand<object, Told>>;
}

/** Plays a history to its end. Gives what must never have happened. */
export async function verdictOn({ steps, commands }: History, options?: WorldOptions) {
  const world = new World(steps, options);
  await world.join();
  await world.join();
  await fc.asyncModelRun(() => ({ model: {}, real: new Told(world) }), commands);
  return world.verdict();
}
