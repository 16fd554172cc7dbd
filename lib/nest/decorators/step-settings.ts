import type { NOTHING_TO_UNDO, SagaStepOptions } from '../../core/index.js';
import type { SagaSchema } from '../validation/index.js';

/**
 * Options of a decorated step: those of a chain's step, with the functions beside the action given as
 * names of public methods of the same class.
 */
export interface StepSettings<
  TCompensate extends string | typeof NOTHING_TO_UNDO = string | typeof NOTHING_TO_UNDO,
  TProbe extends string = string,
  TOnError extends string = string,
  TTransaction extends boolean = boolean,
> extends SagaStepOptions {
  readonly transaction?: TTransaction;
  readonly barrier?: TTransaction;
  /** Unique in its saga; undos are found by it after a deploy. @default the method's name */
  readonly label?: string;
  /** The method that undoes this step; it must be idempotent. */
  readonly compensate?: TCompensate;
  /** The method that tells whether an unknown effect took place: `'done' | 'not-done' | 'unknown'`. */
  readonly probe?: TProbe;
  /**
   * What the method, or its probe, has brought is checked by it: as the `input` of a saga. What the schema makes of it is
   * the result. A wrong one fails the saga, and the step, which has taken place, is undone.
   * @default anything that can be stored
   */
  readonly result?: SagaSchema;
  /** The method that is told of every failed attempt: `(failure, ctx)`. */
  readonly onError?: TOnError;
  /**
   * The step is no longer run, but unfinished sagas that have done it can still undo it: label and
   * `compensate` are kept, the method's body no longer matters.
   */
  readonly retired?: boolean;
}
