import {
  sagaJson,
  type ISagaRunContext,
  type ResultsByLabel,
  type SagaJson,
} from '../definition/index.js';
import type { SagaLogger } from '../ports/index.js';

/** What `getContext()` shows: the run once there is one, before that the initial data. */
export class RunView implements ISagaRunContext<unknown> {
  constructor(
    private readonly name: string,
    private readonly initialContext: unknown,
    readonly logger: SagaLogger,
    public run: ISagaRunContext<unknown> | undefined,
    /** Known once the saga was accepted; its run may be in another process. */
    public id = '',
  ) {}

  get context(): unknown {
    return this.run === undefined ? this.initialContext : this.run.context;
  }

  get isSuccess(): boolean {
    return this.run?.isSuccess ?? false;
  }

  /** Empty until the saga has started. */
  get sagaId(): string {
    return this.run?.sagaId ?? this.id;
  }

  get sagaName(): string {
    return this.name;
  }

  get getStepResult(): ResultsByLabel<object> {
    return (label: string) => this.run?.getStepResult(label);
  }

  toJSON(): SagaJson {
    return sagaJson(this);
  }
}
