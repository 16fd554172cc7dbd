import type { RestatePromise } from '@restatedev/restate-sdk';
import {
  LeaseLostError,
  type ParkReason,
  type SagaDefinition,
  SagaInterruptedError,
  type SagaStatus,
} from '../../core/index.js';
import type {
  DefinitionRegistry,
  PackedEntry,
  Run,
  StagedRecord,
} from '../../core/engine/index.js';
import type { RunParts } from './restate-run.js';
import { newRun } from './restate-run.js';
import { Inbox, type SagaContext } from './inbox.js';
import type { RestateSdk } from './sdk.js';
import { SagaExecution } from './saga-execution.js';
import type { Turn } from './turn.js';
import { LISTED, type Batch, type ListedState, type Output, type StartInput } from './wire.js';
import type { ActiveRuns } from './active-runs.js';

export interface InterpreterParts extends RunParts {
  readonly sdk: RestateSdk;
  readonly registry: DefinitionRegistry;
  readonly activeRuns: ActiveRuns;
  readonly maxRecoveries: number;
}

/**
 * The one handler that runs every saga: the pure machine decides, `ctx.run` performs and keeps the
 * outcome. Restate's journal is the list of records.
 */
export class SagaHandler {
  constructor(private readonly parts: InterpreterParts) {}

  /** @throws for Restate to try again, perhaps elsewhere; never because a step failed. */
  async run(name: string, ctx: SagaContext, input: StartInput): Promise<Output> {
    const { parts } = this;
    const definition = this.#definitionOf(name, ctx.key, input);
    const saga = newRun(parts, definition, ctx.key, input);
    const turns = new SagaExecution(saga, input, parts.maxRecoveries);
    const leave = parts.activeRuns.enter(saga.run);
    const lost = (): void => {
      saga.run.stop(new LeaseLostError('Restate gave the saga to another execution'), 'now');
    };
    const { attemptCompletedSignal } = ctx.request();
    attemptCompletedSignal.addEventListener('abort', lost);
    try {
      return await new WorkflowRun(parts, ctx, input, saga.run, turns).toTheEnd();
    } finally {
      attemptCompletedSignal.removeEventListener('abort', lost);
      leave();
    }
  }

  /** A saga of a newer version than this process knows is left to processes that know it. */
  #definitionOf(name: string, id: string, { version }: StartInput): SagaDefinition {
    const definition = this.parts.registry.get(name, version);
    if (definition.version >= version) return definition;
    const why = `this process knows its plan only up to version ${definition.version}`;
    throw new SagaInterruptedError(name, id, why);
  }
}

/** One execution of the handler. */
class WorkflowRun {
  readonly #records: PackedEntry[] = [];
  /** The turns that are being taken. */
  readonly #works = new Map<Turn, RestatePromise<{ readonly turn: Turn; readonly batch: Batch }>>();
  /** What the turns that were taken here have noted, until it is folded. */
  readonly #fresh = new WeakMap<Turn, readonly StagedRecord[]>();
  #listed: SagaStatus;
  #listedReason: ParkReason | undefined;

  constructor(
    private readonly parts: InterpreterParts,
    private readonly ctx: SagaContext,
    private readonly input: StartInput,
    private readonly run: Run,
    private readonly turns: SagaExecution,
  ) {
    this.#listed = 'running';
  }

  async toTheEnd(): Promise<Output> {
    const { ctx, input, turns } = this;
    const left = input.deadline === null ? undefined : msLeft(input.deadline, input.createdAt);
    const inbox = new Inbox(
      this.parts.sdk,
      ctx,
      left === undefined ? undefined : ctx.sleep(Math.max(0, left), 'deadline'),
    );
    if (input.key !== null || Object.keys(input.tags).length > 0) this.#list('running');
    for (;;) {
      const batch = await this.#turn(inbox);
      const { status, parked } = this.run.state;
      if (status !== this.#listed || parked?.reason !== this.#listedReason) this.#list(status);
      if ('rest' in batch.next && status !== 'parked') return this.#end(status);
      if (turns.hasOpenSignal) continue;
      if ('wait' in batch.next && batch.next.wait > 0) await this.#wait(inbox, batch.next.wait);
      if (!('rest' in batch.next)) continue;
      this.parts.activeRuns.parked(this.run);
      turns.hear(await inbox.next());
    }
  }

  #end(status: SagaStatus): Output {
    if (status !== 'completed') return { records: this.#records };
    return { records: this.#records.filter(carriesData) };
  }

  /** Begins the turns that are due, and settles the first of them that is durable. */
  async #turn(inbox: Inbox): Promise<Batch> {
    const { turns, run } = this;
    for (const turn of turns.due) if (!this.#works.has(turn)) this.#begin(turn);
    for (;;) {
      const won = await inbox.or([...this.#works.values()]);
      if ('sent' in won) {
        turns.hear(won.sent);
        continue;
      }
      const { turn, batch } = won.value;
      this.#works.delete(turn);
      this.#records.push(...batch.records);
      const fresh = this.#fresh.get(turn);
      if (fresh === undefined) {
        turns.fold(turn, batch);
      } else {
        turns.settle(turn, batch);
        for (const { record, entry } of fresh) run.publish(record, entry.at);
      }
      return batch;
    }
  }

  #begin(turn: Turn): void {
    const work = this.ctx.run(turn.name, async () => {
      const { batch, staged } = await this.turns.take(turn);
      this.#fresh.set(turn, staged);
      return batch;
    });
    this.#works.set(
      turn,
      work.map((batch) => ({ turn, batch: batch as Batch })),
    );
  }

  async #wait(inbox: Inbox, ms: number): Promise<void> {
    const won = await inbox.or([this.ctx.sleep(ms, 'pause')]);
    if ('sent' in won) this.turns.hear(won.sent);
  }

  #list(status: SagaStatus): void {
    const { key, tags } = this.input;
    // The state of a saga that simply runs or has completed need not be written.
    const isKnown = this.#listed === 'running' && status === 'completed';
    const { parked } = this.run.state;
    this.#listed = status;
    this.#listedReason = parked?.reason;
    if (isKnown) return;
    const state: ListedState = { status, key, tags };
    this.ctx.set(LISTED, parked === undefined ? state : { ...state, parked });
  }
}

/** Until the deadline; whatever became of the wall clock, no longer than when the saga was started. */
function msLeft(deadline: number, createdAt: number): number {
  return Math.min(deadline - Date.now(), deadline - createdAt);
}

/** What the caller of a saga that has completed can look at: results, the context, and that it has. */
function carriesData([, , , , result, context]: PackedEntry, at: number, all: readonly unknown[]) {
  return (result ?? context ?? null) !== null || at === all.length - 1;
}
