import {
  evolve,
  type RunEnvironment,
  type RunObserver,
  type SagaDefinition,
  type SagaLogger,
  type SagaRecord,
  type SagaRow,
} from '../../../core/index.js';
import { logObserver, planWithoutSteps, Run } from '../../../core/engine/index.js';

/** Makes the runs of one application: under its clock, its logger and its observers, and in no journal yet. */
export class ObservedRuns {
  constructor(
    readonly environment: RunEnvironment,
    readonly logger: SagaLogger,
    private readonly observers: readonly RunObserver[] = [],
  ) {}

  make(
    definition: SagaDefinition,
    { id, headers, createdAt }: Pick<SagaRow, 'id' | 'headers' | 'createdAt'>,
  ): Run {
    const run = new Run(definition, undefined, this.environment, this.logger, id);
    const log = logObserver(this.logger, this.environment.clock);
    run.observers = log === undefined ? this.observers : [log, ...this.observers];
    run.origin = { headers, createdAt };
    return run;
  }

  /** Tells the observers of a record of a saga whose others nobody can read. */
  tell(row: SagaRow, record: SagaRecord, at: number): void {
    const { id, headers, createdAt } = row;
    const run = new Run(planWithoutSteps(row), undefined, this.environment, this.logger, id);
    run.observers = this.observers;
    run.origin = { headers, createdAt };
    evolve(run.state, record);
    run.publish(record, at);
  }
}
