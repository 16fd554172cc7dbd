import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  defineSaga,
  ResultFactory,
  type ISagaContext,
  type SagaDefinition,
  type SagaEngine,
} from 'nestjs-saga-orchestrator/core';

export interface SweepContext {
  /** The last step refuses, so that all are undone. */
  readonly refuse: boolean;
  /** How long each participant works, in ms. */
  readonly workMs: number;
}

export const LABELS = ['Create', 'Reserve', 'Charge'];

/** Where a process can die: `before do Create`, `after undo Charge`. */
export const PLACES = ['do', 'undo'].flatMap((direction) =>
  LABELS.flatMap((label) => [`before ${direction} ${label}`, `after ${direction} ${label}`]),
);

function folderOf(root: string, id: string): string {
  const folder = join(root, id);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Lets the process that comes by that place in that saga die there, once. */
export function setTrap(root: string, id: string, place: string): void {
  writeFileSync(join(folderOf(root, id), `trap ${place}`), '');
}

export function hasFired(root: string, id: string, place: string): boolean {
  return existsSync(join(folderOf(root, id), `fired ${place}`));
}

/** What the participants of a saga were asked for, in order, over all processes. */
export function callsOf(root: string, id: string): readonly string[] {
  const log = join(folderOf(root, id), 'calls');
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
}

/** The steps whose effect stands: done, and not undone. */
export function standing(root: string, id: string): readonly string[] {
  const folder = folderOf(root, id);
  const has = (what: string): boolean => existsSync(join(folder, what));
  return LABELS.filter((label) => has(`done ${label}`) && !has(`undone ${label}`));
}

/** Participants that keep to files: an effect takes place once, however often it is asked for. */
class Participants {
  constructor(private readonly root: string) {}

  async call(direction: 'do' | 'undo', ctx: ISagaContext<SweepContext>): Promise<void> {
    const folder = folderOf(this.root, ctx.sagaId);
    const { label } = ctx;
    appendFileSync(join(folder, 'calls'), `${direction} ${label}\n`);
    this.#die(folder, `before ${direction} ${label}`);
    await pause(ctx.context.workMs);
    // A request that comes late, of a process that is gone: too late once the undo was there.
    if (direction === 'do' && existsSync(join(folder, `undone ${label}`))) {
      throw new Error(`${label} was undone already`);
    }
    this.#once(join(folder, direction === 'do' ? `done ${label}` : `undone ${label}`));
    this.#die(folder, `after ${direction} ${label}`);
  }

  #once(effect: string): void {
    if (!existsSync(effect)) writeFileSync(effect, '');
  }

  #die(folder: string, place: string): void {
    if (!existsSync(join(folder, `trap ${place}`))) return;
    renameSync(join(folder, `trap ${place}`), join(folder, `fired ${place}`));
    process.kill(process.pid, 'SIGKILL');
  }
}

/** That many orders at once, each second one refused in the end: their ids and how they end. */
export function startOrders(
  client: SagaEngine,
  plan: SagaDefinition,
  count: number,
  workMs: number,
): { readonly ids: readonly string[]; readonly ends: readonly Promise<string>[] } {
  const ids = Array.from({ length: count }, (_, index) => `order-${index}`);
  const ends = ids.map(async (id, index) => {
    const handle = await client.start(plan, { refuse: index % 2 === 1, workMs }, { id });
    return handle.result().then(
      () => 'completed',
      (error: { status?: string; message: string }) => error.status ?? error.message,
    );
  });
  return { ids, ends };
}

/** The saga that is killed: three steps that can be undone, and one that may refuse. */
export function sweepSaga(root: string) {
  const participants = new Participants(root);
  const steps = LABELS.map((label) => ({
    label,
    action: async (ctx: ISagaContext<SweepContext>) => {
      await participants.call('do', ctx);
      return { by: label };
    },
    compensate: (ctx: ISagaContext<SweepContext>) => participants.call('undo', ctx),
  }));
  const approve = {
    label: 'Approve',
    action: ({ context }: ISagaContext<SweepContext>) =>
      context.refuse ? ResultFactory.error('REFUSED', 'not this time') : undefined,
  };
  return defineSaga<SweepContext>('Sweep', [...steps, approve]);
}
