import type { ISagaContext, StepDefinition } from '../definition/index.js';
import type { SagaLogger } from '../ports/index.js';
import { idempotencyKey } from './idempotency-key.js';
import type { AttemptInFlight, Run } from './run.js';

/** What an action sees: one per attempt. Whatever costs something is made when first read. */
export class ActionContext implements ISagaContext<unknown>, AttemptInFlight {
  #context: unknown = undefined;
  #controller: AbortController | undefined = undefined;
  /** Why the attempt was aborted; its failure is then `unknown`. */
  aborted: Error | undefined = undefined;
  /** Called when this process must take its hands off at once. */
  onHalt: ((error: Error) => void) | undefined = undefined;

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
    return (this.#context ??= run.persistence.readContext());
  }

  get touchedContext(): unknown {
    return this.#context;
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
    return idempotencyKey(this.sagaName, this.sagaId, this.label, this.direction);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.aborted !== undefined) this.#controller.abort(this.aborted);
    return this.#controller.signal;
  }

  getStepResult<T>(label: string): T | undefined {
    return this.run.getStepResult<T>(label);
  }

  abort(reason: Error): void {
    this.aborted ??= reason;
    this.#controller?.abort(this.aborted);
  }

  halt(error: Error): void {
    this.abort(error);
    this.onHalt?.(error);
  }
}
