import fc from 'fast-check';
import type { Journal } from 'nestjs-saga-orchestrator/core';
import { settle } from '../../../support/manual-clock.js';
import { LEASE, ref, type Process } from '../cluster.js';
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
  markStepDone: 0,
  markStepNotDone: 0,
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

/** An operator looks what became of the step in doubt, and says it: nothing but the truth. */
async function tellTruth(
  world: World,
  { engine }: Process,
  id: string,
  act: 'mark-done' | 'mark-not-done',
): Promise<boolean> {
  const label = await world.doubtOf(id);
  const truth = act === 'mark-done' ? 'done' : 'not-done';
  if (label === undefined || world.truth(label, id) !== truth) return false;
  return accepted(engine.manual({ ...ref, id }, { act, label }, why));
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
  cancel: (world, process, id) => accepted(world.cancel(process, id)),
  resume: (_, { engine }, id) => accepted(engine.resume({ ...ref, id })),
  terminate: (_, { engine }, id) =>
    accepted(engine.manual({ ...ref, id }, { act: 'terminate' }, why)),
  retryCompensation: (_, { engine }, id) =>
    accepted(engine.manual({ ...ref, id }, { act: 'retry-compensation' }, why)),
  markStepDone: (world, process, id) => tellTruth(world, process, id, 'mark-done'),
  markStepNotDone: (world, process, id) => tellTruth(world, process, id, 'mark-not-done'),
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
    fc.constantFrom<What>(
      'start',
      'start',
      'recover',
      'retryCompensation',
      'cancel',
      'resume',
      ...names,
    ),
    fc.nat(3),
    fc.constantFrom('o-1', 'o-1', 'o-2'),
    fc.constantFrom(0, 0, 1, 100, 2_500, 5_000, LEASE + 5_000),
    fc.constantFrom<keyof Journal>('append', 'append', 'append', 'create', 'claim', 'load', 'get'),
  )
  .map((parts) => new Command(...parts));

/** How a first step that must not be repeated comes into doubt before anything else is done. */
type Doubt = 'none' | 'crash' | 'refusedWrite';

export const histories = fc.record({
  steps: stepPlans,
  doubt: fc.constantFrom<Doubt>(
    'none',
    'none',
    'none',
    'none',
    'none',
    'none',
    'crash',
    'refusedWrite',
  ),
  commands: fc.commands([command], { maxCommands: 14, size: '+1' }),
});

interface History {
  readonly steps: readonly StepPlan[];
  readonly doubt: Doubt;
  readonly commands: Iterable<fc.AsyncCommand<object, Told>>;
}

/** Nobody knows whether the step took place: its process died in it, or could not write it down. */
async function bringIntoDoubt(world: World, doubt: Doubt): Promise<void> {
  const first = world.worker(0);
  world.begin(first, ref.id);
  await world.clock.advance(1);
  if (doubt === 'crash') first.crash();
  else fail(first, 'append', 'refusedWrite');
  await world.clock.advance(2 * LEASE);
}

/** Plays a history to its end. Gives what must never have happened. */
export async function verdictOn({ steps, doubt, commands }: History, options?: WorldOptions) {
  const [first, ...others] = steps as readonly [StepPlan, ...StepPlan[]];
  const doubtful = { ...first, does: [], idempotent: false, probe: false, takes: 10 };
  const world = new World(doubt === 'none' ? steps : [doubtful, ...others], options);
  await world.join();
  await world.join();
  if (doubt !== 'none') await bringIntoDoubt(world, doubt);
  await fc.asyncModelRun(() => ({ model: {}, real: new Told(world) }), commands);
  return world.verdict();
}
