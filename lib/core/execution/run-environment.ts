import type { UnknownWhen } from '../errors/index.js';
import type { Clock, IdGenerator, SagaInterceptor, StepBarrierSource } from '../ports/index.js';

/** What all runs of one host share. */
export interface RunEnvironment {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** Which thrown errors leave the outcome of an action open. @default isAnswerLost */
  readonly unknownWhen?: UnknownWhen;
  /** Around each call of user code; the first is the outermost. @default none */
  readonly interceptors?: readonly SagaInterceptor[];
  /** Before the effects of steps with `barrier: true`. @default none: such steps are refused */
  readonly barrier?: StepBarrierSource;
}
