import type { ISagaContext, ResultsByLabel, StepDefinition } from '../definition/index.js';
import type { SagaLogger } from '../ports/index.js';
import { keyOf } from './idempotency-key.js';
import type { AttemptInFlight } from './run-persistence.js';
import type { Run } from './run.js';

/** What few attempts need. Apart, because every waiting saga keeps one attempt. */
interface Rare {
  context?: unknown;
  controller?: AbortController;
  aborted?: Error;
  onStop?: ((error: Error) => void) | undefined;
  stoppedBy?: Error;
}

/** What an action sees: one per attempt. Whatever costs something is made when first read. */
export class ActionContext implements ISagaContext<unknown>, AttemptInFlight {
  /** Whoever drives the run awaits user code as it is: a stop abandons him with it. */
  isAwaitedAsIs = false;
  #rare: Rare | undefined = undefined;

  constructor(
    protected readonly run: Run,
    readonly step: StepDefinition,
    readonly attempt: number,
  ) {}

  get direction(): 'do' | 'undo' {
    return 'do';
  }

  get context(): unknown {
    const { run } = this;
    if (run.persistence === undefined) return run.context;
    return (this.need().context ??= run.persistence.readContext());
  }

  /** It is seen as it stands in the journal from here on, or as this. */
  resetContext(context: unknown): void {
    if (context !== undefined || this.#rare !== undefined) this.need().context = context;
  }

  get touchedContext(): unknown {
    return this.#rare?.context;
  }

  /** Why the attempt was aborted; its failure is then `unknown`. */
  get aborted(): Error | undefined {
    return this.#rare?.aborted;
  }

  /** Called when this process must stop at once. */
  set onStop(callback: ((error: Error) => void) | undefined) {
    this.need().onStop = callback;
  }

  /** What its run was stopped with while it was in flight: its end is not to be noted. */
  get stoppedBy(): Error | undefined {
    return this.#rare?.stoppedBy;
  }

  get isSuccess(): boolean {
    return this.run.isSuccess;
  }

  get sagaId(): string {
    return this.run.sagaId;
  }

  get sagaName(): string {
    return this.run.sagaName;
  }

  get logger(): SagaLogger {
    return this.run.logger;
  }

  get label(): string {
    return this.step.label;
  }

  get idempotencyKey(): string {
    return keyOf(this.run, this.label, this.direction);
  }

  get signal(): AbortSignal {
    const rare = this.need();
    rare.controller ??= new AbortController();
    if (rare.aborted !== undefined) rare.controller.abort(rare.aborted);
    return rare.controller.signal;
  }

  /** Bound when it is read, so that it may be taken out. */
  get getStepResult(): ResultsByLabel<object> {
    return this.run.getStepResult;
  }

  abort(reason: Error): void {
    const rare = this.need();
    rare.aborted ??= reason;
    rare.controller?.abort(rare.aborted);
  }

  stop(error: Error): void {
    this.abort(error);
    const rare = this.need();
    rare.stoppedBy = error;
    if (this.isAwaitedAsIs) this.run.abandon?.(error);
    else rare.onStop?.(error);
  }

  private need(): Rare {
    return (this.#rare ??= {});
  }
}
