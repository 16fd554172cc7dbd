import { oneWay } from '../../support/one-way.js';
import {
  defineSaga,
  type AnySagaStep,
  type Clock,
  type Journal,
  type JournalInTransaction,
  type OperatorJournal,
  type SagaDefinition,
  type SagaDefinitionOptions,
  type SagaDetails,
  type SagaHandle,
  type SagaRecord,
  type SagaStartOptions,
} from 'nestjs-saga-orchestrator/core';
import { InProcessEngine, type InProcessEngineOptions } from 'nestjs-saga-orchestrator/in-process';
import { MemoryJournal } from '../../../lib/journals/memory/index.js';
import { settle } from '../../support/manual-clock.js';
import { order, Shop, type OrderContext } from '../../support/shop.js';

export const LEASE = 15_000;
/** After so long somebody else has taken over what a dead process left: its lease, and a poll. */
export const TAKEN_OVER = 25_000;

export const ref = { name: 'PlaceOrder', id: 'o-1' };

/** Throws in place of a call; or returns what is called after it, which may throw. */
type Fault = (
  method: keyof Journal | keyof OperatorJournal,
  args: readonly unknown[],
) => (() => void) | void;

/** One process: an engine whose way to the journal and whose timers can be cut, as a crash does. */
export class Process {
  readonly engine: InProcessEngine;
  /** Called before every call of the journal; what it throws, the journal throws. */
  fault: Fault = () => undefined;
  /** How long a call of the journal is on its way there, and back, in ms. */
  latency: () => number = () => 0;
  /** By this name the journal knows it. */
  owner = '';
  readonly clock: Clock;
  #state: 'up' | 'paused' | 'dead' = 'up';
  #held: (() => void)[] = [];

  constructor(
    private readonly cluster: Cluster,
    options: Partial<InProcessEngineOptions>,
    private readonly skewMs = 0,
  ) {
    const observers = [
      { onRecord: (_: unknown, record: SagaRecord) => cluster.records.push(record) },
    ];
    this.clock = this.#clock();
    this.engine = new InProcessEngine({
      logger: cluster.logger,
      leaseMs: LEASE,
      observers,
      environment: { ...cluster.environment, clock: this.clock },
      ...options,
      journal: this.#link(cluster.journal),
    });
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** It is gone: nothing that it waited for ever comes. */
  crash(): void {
    this.#state = 'dead';
  }

  /** It stands still, as under SIGSTOP or in a long collection of garbage. */
  pause(): void {
    this.#state = 'paused';
  }

  /** Everything that was held back arrives at once. */
  wake(): void {
    this.#state = 'up';
    for (const held of this.#held.splice(0)) held();
  }

  start(
    definition: SagaDefinition,
    options: SagaStartOptions & { readonly resumeFrom?: string } = {},
    context: OrderContext = order(),
  ): Promise<SagaHandle> {
    return this.engine.start(definition, context, { id: ref.id, ...options });
  }

  get(id = ref.id): Promise<SagaDetails | undefined> {
    return this.engine.get({ ...ref, id });
  }

  #clock(): Clock {
    const { clock } = this.cluster;
    return {
      now: () => clock.now() + this.skewMs,
      monotonic: () => clock.monotonic(),
      schedule: (ms, callback) => {
        let open = true;
        const fire = () => open && callback();
        const unschedule = clock.schedule(ms, () => {
          if (this.#state === 'up') callback();
          else this.#held.push(fire);
        });
        return () => {
          open = false;
          unschedule();
        };
      },
    };
  }

  /** Passes when the call has got through and the process is up. */
  async #pass(): Promise<void> {
    const ms = this.latency();
    if (ms > 0) await new Promise<void>((resolve) => this.clock.schedule(ms, resolve));
    if (this.#state !== 'up') await new Promise<void>((resolve) => this.#held.push(resolve));
  }

  #link<J extends Journal | OperatorJournal | JournalInTransaction>(journal: J): J {
    return new Proxy(journal, {
      get: (target, name: string) => {
        const key = name as keyof Journal;
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'operators') return this.#link(value as OperatorJournal);
        if (typeof value !== 'function') return value;
        if (key === 'within') {
          return (...args: unknown[]) =>
            this.#link(value.apply(target, args) as JournalInTransaction);
        }
        return async (...args: unknown[]) => {
          if (key === 'heartbeat') this.owner = args[0] as string;
          await this.#pass();
          try {
            const after = this.fault(key, args);
            const answer: unknown = await value.apply(target, args);
            after?.();
            return answer;
          } finally {
            await this.#pass();
          }
        };
      },
    });
  }
}

/** Several processes that share a journal, participants and the time. */
export class Cluster extends Shop {
  readonly journal: Journal = new MemoryJournal(() => this.clock.now());

  /** A process that knows these sagas, and looks for what others left behind. */
  async process(
    definitions: readonly SagaDefinition[],
    options: Partial<InProcessEngineOptions> = {},
    skewMs = 0,
  ): Promise<Process> {
    const process = new Process(this, options, skewMs);
    for (const definition of definitions) process.engine.register(definition);
    await process.engine.recover();
    // What is told at the start comes beside the recovery.
    await settle();
    return process;
  }

  plan(
    steps: readonly AnySagaStep<OrderContext>[],
    given: SagaDefinitionOptions & { readonly name?: string; readonly retired?: any[] } = {},
  ): SagaDefinition {
    const { name = ref.name, ...options } = given;
    return defineSaga(name, oneWay(steps), options);
  }

  /** Long enough for others to notice that a process is gone, and to resume its sagas. */
  takeover(): Promise<void> {
    return this.clock.advance(TAKEN_OVER);
  }

  /** Runs until the order waits in a participant. */
  async begun(process: Process, definition: SagaDefinition, options: SagaStartOptions = {}) {
    const handle = await process.start(definition, options);
    handle.result().catch(() => undefined);
    await settle();
    return handle;
  }

  /** `started Charge 1`: what the journal holds of a saga. */
  async stored(id = ref.id): Promise<string[]> {
    const saga = await this.journal.load({ ...ref, id });
    return (saga?.entries ?? []).map(({ head }) => {
      const { type, label, attempt, reason } = JSON.parse(head) as Record<string, string | number>;
      return [type, label, attempt, type === 'parked' ? reason : undefined]
        .filter((part) => part !== undefined)
        .join(' ');
    });
  }

  async status(id = ref.id): Promise<string | undefined> {
    return (await this.journal.get({ ...ref, id }))?.status;
  }
}
