import {
  AlreadyUndoneError,
  CannotCompensateError,
  NonRetryableError,
  OutcomeUnknownError,
  ResultFactory,
  SagaExecutionException,
  SagaOrchestratorBuilder,
  silentLogger,
  type ISagaContext,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';
import { ManualClock } from './manual-clock.js';
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
  readonly trace: TraceEntry[] = [];
  readonly records: SagaRecord[] = [];
  readonly clock = new ManualClock();
  readonly #calls = new Map<string, number>();
  readonly #world = new Set<string>();
  readonly #chain: SagaOrchestratorBuilder<object>;
  readonly #plan: Plan;
  #performed = 0;

  constructor(
    private readonly saga: RandomSaga,
    observed: boolean,
  ) {
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

  #behaviour(step: RandomStep) {
    return {
      action: () => this.#call('do', step.label, () => this.#act(step)),
      ...(step.undo && {
        compensate: (ctx: ISagaContext<unknown>) =>
          this.#call('undo', step.label, () => this.#undo(step, ctx)),
      }),
      ...(step.probe && {
        probe: () => this.#call('probe', step.label, () => this.#probe(step)) as 'unknown',
      }),
    };
  }

  #call(direction: Direction, label: string, behave: () => unknown): unknown {
    this.trace.push({ kind: 'call', direction, label });
    const { cancel } = this.saga;
    if (cancel?.during === true && cancel.at === this.#performed) this.#chain.cancel(CANCEL_REASON);
    this.#performed += 1;
    try {
      return behave();
    } finally {
      this.trace.push({ kind: 'return', direction, label });
    }
  }

  #fate<K extends 'does' | 'undoes' | 'probes'>(kind: K, step: RandomStep): RandomStep[K][number] {
    const key = `${kind} ${step.label}`;
    const call = this.#calls.get(key) ?? 0;
    this.#calls.set(key, call + 1);
    return step[kind][call] ?? (kind === 'probes' ? 'truth' : 'ok');
  }

  #effect(direction: 'do' | 'undo', label: string): void {
    this.trace.push({ kind: 'effect', direction, label });
    if (direction === 'do') this.#world.add(label);
    else this.#world.delete(label);
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

  #act(step: RandomStep): unknown {
    const { label } = step;
    const fate = this.#fate('does', step);
    if (fate === 'ok' || fate === 'lost-done') this.#effect('do', label);
    switch (fate) {
      case 'ok':
        return this.#success(`${label} done`);
      case 'fails':
        return this.#failure(new Error(`${label}: ${fate}`));
      case 'fails-for-good':
        return this.#failure(new NonRetryableError(`${label}: ${fate}`));
      default:
        return this.#failure(new OutcomeUnknownError(`${label}: ${fate}`));
    }
  }

  #undo(step: RandomStep, { label }: ISagaContext<unknown>): unknown {
    const fate = this.#fate('undoes', step);
    const message = `undo ${label}: ${fate}`;
    if (fate === 'ok' || fate === 'already') this.#effect('undo', label);
    if (fate === 'ok') return this.#success(undefined);
    if (fate === 'already') return this.#failure(new AlreadyUndoneError(message));
    return this.#failure(
      fate === 'fails' ? new Error(message) : new CannotCompensateError(message),
    );
  }

  #probe(step: RandomStep): unknown {
    if (this.#fate('probes', step) === 'unknown') return this.#success('unknown');
    if (!this.#world.has(step.label)) return this.#success('not-done');
    return this.#success({ outcome: 'done', result: `${step.label} found` });
  }
}

export function runOnBuilder(saga: RandomSaga, observed: boolean): Promise<BuilderRun> {
  return new BuilderHost(saga, observed).run();
}
