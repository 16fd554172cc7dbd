import {
  ResultFactory,
  SagaExecutionException,
  SagaOrchestratorBuilder,
  silentLogger,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { ManualClock } from './manual-clock.js';
import { Participants } from './participants.js';
import { CANCEL_REASON } from './pure-host.js';
import { definitionOf, type RandomSaga, type RandomStep } from './random-saga.js';
import { planOf, type Direction, type Plan, type TraceEntry } from './trace.js';

export interface BuilderRun {
  readonly plan: Plan;
  readonly trace: readonly TraceEntry[];
  readonly records: readonly SagaRecord[];
  /** What the last run threw; `undefined` when it completed. */
  readonly failure: SagaExecutionException | undefined;
  readonly resultOf: (label: string) => unknown;
  readonly pendingTimers: number;
}

/** Performs a calm random saga on the real builder. */
class BuilderHost {
  readonly records: SagaRecord[] = [];
  readonly clock = new ManualClock();
  readonly #participants: Participants;
  readonly #chain: SagaOrchestratorBuilder<object>;
  readonly #plan: Plan;
  #performed = 0;

  constructor(
    private readonly saga: RandomSaga,
    observed: boolean,
  ) {
    this.#participants = new Participants(saga.steps);
    const definition = definitionOf(saga, (step) => this.#behaviour(step));
    this.#plan = planOf(definition);
    const onRecord = (_: unknown, record: SagaRecord): void => {
      this.trace.push({ kind: 'record', record, seq: this.records.push(record) });
    };
    this.#chain = new SagaOrchestratorBuilder('PlaceOrder', {}, silentLogger, {
      definition,
      environment: { clock: this.clock, ids: () => 'saga-1', random: () => 0 },
      ...(observed && { observers: [{ onRecord }] }),
    });
  }

  get trace(): TraceEntry[] {
    return this.#participants.trace;
  }

  async run(): Promise<BuilderRun> {
    let failure = await this.#attempt();
    for (let resumes = 0; resumes < this.saga.resumes; resumes++) {
      const { parkReason, failedLabel } = failure ?? {};
      if (parkReason !== 'in-doubt' && parkReason !== 'failed-after-pivot') break;
      failure = await this.#attempt(failedLabel);
    }
    const resultOf = (label: string) => this.#chain.getStepResult(label);
    const { trace, records } = this;
    const pendingTimers = this.clock.pending;
    return { plan: this.#plan, trace, records, failure, resultOf, pendingTimers };
  }

  async #attempt(from?: string): Promise<SagaExecutionException | undefined> {
    try {
      await this.#chain.runAsync(from);
    } catch (error) {
      if (!(error instanceof SagaExecutionException)) throw error;
      this.trace.push({ kind: 'answer', status: error.status });
      return error;
    }
    this.trace.push({ kind: 'answer', status: 'completed' });
    return undefined;
  }

  #behaviour({ label, undo, probe }: RandomStep) {
    const participants = this.#participants;
    return {
      action: () => this.#call('do', label, () => participants.act(label)),
      ...(undo && {
        compensate: () => this.#call('undo', label, () => participants.compensate(label)),
      }),
      ...(probe && {
        probe: () => this.#call('probe', label, () => participants.answer(label)) as 'unknown',
      }),
    };
  }

  #call(direction: Direction, label: string, behave: () => unknown): unknown {
    this.trace.push({ kind: 'call', direction, label });
    const { cancel } = this.saga;
    if (cancel?.during === true && cancel.at === this.#performed) this.#chain.cancel(CANCEL_REASON);
    this.#performed += 1;
    try {
      return this.#success(behave());
    } catch (error) {
      return this.#failure(error as Error);
    } finally {
      this.trace.push({ kind: 'return', direction, label });
    }
  }

  /** The same success, in each of the forms that a step may give it. */
  #success(value: unknown): unknown {
    const forms = [value, Promise.resolve(value), ResultFactory.success(value)];
    return forms[this.#performed % forms.length];
  }

  /** The same failure, thrown, rejected or returned. */
  #failure(error: Error): unknown {
    if (this.#performed % 3 === 0) throw error;
    return this.#performed % 3 === 1
      ? Promise.reject(error)
      : { isOk: () => false, isErr: () => true, error };
  }
}

export function runOnBuilder(saga: RandomSaga, observed: boolean): Promise<BuilderRun> {
  return new BuilderHost(saga, observed).run();
}
