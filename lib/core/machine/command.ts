import type { StepDefinition } from '../definition/index.js';
import type { SagaRecord } from './saga-record.js';

/** What a host does next. */
export type Command =
  /** Run the attempt of the action, not before the given time (ms since the epoch, 0: now). */
  | {
      readonly type: 'run';
      readonly step: StepDefinition;
      readonly attempt: number;
      readonly notBefore: number;
    }
  /** Run the attempt of the compensation. */
  | {
      readonly type: 'undo';
      readonly step: StepDefinition;
      readonly attempt: number;
      readonly notBefore: number;
    }
  /** Ask the participant whether the step took place. */
  | { readonly type: 'probe'; readonly step: StepDefinition; readonly notBefore: number }
  /** Nothing to do in the world: just record this. */
  | { readonly type: 'record'; readonly record: SagaRecord }
  /** The saga is at rest. */
  | { readonly type: 'stop' };
