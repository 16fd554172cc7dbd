import { assembleSaga, freezeSaga, shown } from '../definition/index.js';
import { defineRetiredStep, defineStep, type StepDefinition } from '../definition/index.js';
import type { ISagaRunContext, ResultsByLabel, StepResults } from '../definition/index.js';
import type { SagaDefinition, SagaJson } from '../definition/index.js';
import type { SagaHandle } from '../engine/index.js';
import { SagaStateError } from '../errors/index.js';
import { offer, type Run } from '../execution/index.js';
import type { SagaLogger } from '../ports/index.js';
import type { StepValue } from '../result/index.js';
import { bareRun, driveBare } from './bare-host.js';
import { checkedStep, refuseTransactional } from './checked-step.js';
import { checkChain, type SagaBuilderOptions } from './builder-options.js';
import type { InferredStep, KeptStep, WrittenStep } from './chain-step.js';
import { HostedChain } from './hosted-chain.js';
import { RunView } from './run-view.js';

/**
 * Defines a saga step by step, and runs it.
 *
 * @example
 * const saga = new SagaOrchestratorBuilder('CreateOrder', { userId }, logger)
 *   .step({ label: 'Reserve', action: reserve, compensate: release, retry: 2 })
 *   .step({ label: 'Pay', action: pay, compensate: refund });
 * await saga.runAsync();
 */
export class SagaOrchestratorBuilder<TContext, TResults extends StepResults = object> {
  #steps: StepDefinition[] = [];
  #retired: readonly StepDefinition[] = NO_STEPS;
  #definition: SagaDefinition | undefined;
  #run: Run | undefined;
  #view: RunView | undefined;
  #hosted: HostedChain | undefined;
  /** It has steps that can run only by a plan by which others can resume them. */
  #forDefine: 'transaction' | 'barrier' | undefined;

  /**
   * @param name Names the saga in logs and errors, up to 255 bytes.
   * @param initialContext The data that the steps share.
   * @param logger Any winston logger, or `silentLogger`. @throws SagaOptionsError without one
   */
  constructor(
    readonly name: string,
    private readonly initialContext: TContext,
    private readonly logger: SagaLogger,
    private readonly options?: SagaBuilderOptions,
  ) {
    checkChain(logger, options);
    this.#definition = options?.definition;
  }

  /**
   * Adds a step at the end. @throws SagaDefinitionError naming everything that is wrong with this step, or its label when
   * another step has it.
   */
  step<
    TReturn,
    const TLabel extends string,
    TUndo = unknown,
    THook = unknown,
    TTransaction extends boolean = false,
  >(
    step: InferredStep<TContext, TReturn, TLabel, TResults, TUndo, THook, TTransaction>,
  ): SagaOrchestratorBuilder<TContext, TResults & Record<TLabel, StepValue<TReturn>>>;
  step<TResult, TUndo = unknown, THook = unknown>(
    step: WrittenStep<TContext, TResult, TResults, TUndo, THook>,
  ): this;
  step(step: unknown): unknown {
    const defined = this.checked(defineStep(step as never, this.#steps.length));
    if (defined.policy.transaction) this.#forDefine = 'transaction';
    if (defined.policy.barrier) this.#forDefine = 'barrier';
    this.#steps.push(defined);
    return this;
  }

  /** Keeps the undo of a step that is no longer run, for unfinished sagas that have done it. @throws as {@link step} does */
  retired<TResult = unknown, TUndo = unknown, TTransaction extends boolean = false>(
    step: KeptStep<TContext, TResult, TUndo, TTransaction>,
  ): this {
    const defined = this.checked(defineRetiredStep(step as never, this.#retired.length));
    this.#retired = [...this.#retired, defined];
    return this;
  }

  /**
   * The plan as it stands; the chain takes no more steps after that. @throws SagaDefinitionError for an empty saga, a bad
   * name or a bad option.
   */
  build(): SagaDefinition {
    return freezeSaga(this.plan());
  }

  /** The result of a step that is done, else `undefined`. */
  get getStepResult(): ResultsByLabel<TResults> {
    return this.getContext().getStepResult;
  }

  /** The saga as it stands: its data, its results, and whether it has completed. */
  getContext(): ISagaRunContext<TContext, TResults> {
    return this.viewOf() as unknown as ISagaRunContext<TContext, TResults>;
  }

  /** The saga as it stands, not its plan: `{ sagaId, sagaName, isSuccess, context }`. */
  toJSON(): SagaJson {
    return this.viewOf().toJSON();
  }

  /**
   * Runs the saga to its end.
   *
   * @param resumeFromLabel Go on from this step. Steps before it that have a recorded outcome count as executed, and
   * are undone when a later one fails; those without one are skipped.
   * @throws SagaExecutionException after every compensation has ended; SagaDefinitionError and SagaStateError (an unknown
   * label, a saga that is running or was undone) before anything runs; SagaConflictError when the id is taken by
   * something else; SagaInterruptedError when this process stopped working on it.
   */
  runAsync(resumeFromLabel?: string): Promise<ISagaRunContext<TContext, TResults>> {
    // Not `async`: one more promise would cost the small sagas that bare chains are for.
    try {
      const isBare = this.isBare();
      const ended = isBare ? this.launch(resumeFromLabel) : this.hosted().run(resumeFromLabel);
      return ended as Promise<ISagaRunContext<TContext, TResults>>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Starts the saga and returns once the start is durable: for an HTTP 202 answer. A failure is told by the handle's
   * `result()`; nobody has to ask for it. @throws as {@link runAsync} does before anything runs.
   */
  async start(): Promise<SagaHandle<ISagaRunContext<TContext, TResults>>> {
    const isBare = this.isBare();
    const handle = isBare ? this.startBare() : await this.hosted().start();
    return handle as unknown as SagaHandle<ISagaRunContext<TContext, TResults>>;
  }

  /**
   * Cancels a saga of a bare chain: aborts the signal of the action in flight, then undoes what was done. Without effect
   * past the pivot and once it compensates. @throws SagaStateError when it is not running here.
   */
  cancel(reason = 'cancelled by its caller'): void {
    const run = this.#run;
    if (run?.driving !== true)
      throw this.stateError('is not running here; cancel it by SagaOperations');
    offer(run, { type: 'cancel', by: 'operator', reason });
  }

  /** @throws SagaDefinitionError for steps that cannot run by a chain of their own. */
  private isBare(): boolean {
    if (this.#forDefine !== undefined) refuseTransactional(this.name, this.#forDefine);
    return this.options?.host === undefined;
  }

  private checked(defined: StepDefinition | readonly string[]): StepDefinition {
    if (this.#definition !== undefined) {
      throw this.stateError('is defined already: add its steps before it runs');
    }
    return checkedStep(this.name, defined, this.#steps, this.#retired);
  }

  private stateError(what: string): SagaStateError {
    return new SagaStateError(`Saga ${shown(this.name)} ${what}`);
  }

  private plan(): SagaDefinition {
    if (this.#definition === undefined) {
      // A copy has the room it needs; an array that grew has room for sixteen more.
      const steps = this.#steps.slice();
      this.#definition = assembleSaga(this.name, steps, this.options, this.#retired);
      this.#steps = NO_STEPS;
    }
    return this.#definition;
  }

  private viewOf(): RunView {
    return (this.#view ??= new RunView(this.name, this.initialContext, this.logger, this.#run));
  }

  private launch(resumeFrom: string | undefined): Promise<Run> {
    if (this.#run === undefined) {
      this.#run = bareRun(this.plan(), this.initialContext, this.logger, this.options);
      if (this.#view !== undefined) this.#view.run = this.#run;
    }
    return driveBare(this.#run, resumeFrom, this.options);
  }

  private startBare(): SagaHandle {
    const ended = this.launch(undefined);
    ended.catch(() => undefined);
    return { id: (this.#run as Run).sagaId, result: () => ended };
  }

  private hosted(): HostedChain {
    const { options = {}, initialContext: context } = this;
    return (this.#hosted ??= new HostedChain(this.build(), context, options, this.viewOf()));
  }
}

const NO_STEPS: StepDefinition[] = [];
