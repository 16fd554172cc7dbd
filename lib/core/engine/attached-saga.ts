import type { ISagaRunContext, ResultsByLabel, SagaJson } from '../definition/index.js';
import type { Run } from '../execution/index.js';
import type { ParkReason, SagaStatus } from '../machine/index.js';
import type { SagaHandle } from './saga-host.js';

/** A saga that was started before, here or in another process: as it stood when it was looked at, and its end. */
export class AttachedSaga<TContext = unknown, TResults extends object = object> {
  readonly id: string;
  readonly name: string;
  readonly status: SagaStatus;
  /** Of a parked saga. */
  readonly parkReason: ParkReason | undefined;
  readonly #run: Run;
  readonly #result: SagaHandle['result'];

  constructor(run: Run, result: SagaHandle['result']) {
    this.id = run.sagaId;
    this.name = run.sagaName;
    this.status = run.state.status;
    this.parkReason = run.state.parked?.reason;
    this.#run = run;
    this.#result = result;
  }

  /** The data that its steps share, a copy of its own with each look. */
  get context(): TContext {
    return this.#run.context as TContext;
  }

  /** The result of a step that was done by then, else `undefined`. */
  get getStepResult(): ResultsByLabel<TResults> {
    return this.#run.getStepResult as ResultsByLabel<TResults>;
  }

  /**
   * Resolves when the saga has completed, whoever works on it.
   *
   * @throws SagaExecutionException when it was compensated or parked; SagaInterruptedError when this process
   *   shuts down before its end; SagaNotFoundError when it is forgotten meanwhile.
   */
  result(): Promise<ISagaRunContext<TContext, TResults>> {
    return this.#result() as Promise<ISagaRunContext<TContext, TResults>>;
  }

  /** As a chain turns into JSON, with its status: its data is in it. */
  toJSON(): SagaJson & { readonly status: SagaStatus } {
    return { ...this.#run.toJSON(), status: this.status };
  }
}
