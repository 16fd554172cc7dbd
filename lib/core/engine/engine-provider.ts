import { STANDARD_ENVIRONMENT } from './standard-environment.js';
import type { UnknownWhen } from '../errors/index.js';
import type { RunEnvironment, RunObserver } from '../execution/index.js';
import type { PayloadCodec, PayloadLimits } from '../journal/index.js';
import type {
  RedactOption,
  SagaInterceptor,
  SagaLogger,
  StepBarrierSource,
} from '../ports/index.js';
import type { SagaEngine } from './saga-engine.js';
import type { StartHeaders } from './start-headers.js';

/** What an application gives to the engine that runs its sagas. */
export interface EngineSettings {
  readonly logger: SagaLogger;
  /** Part of the identity of every saga, at most 255 bytes. @default '', none */
  readonly application?: string;
  /** Time, ids and chance, for tests. */
  readonly environment?: RunEnvironment;
  /** @default JSON with tags */
  readonly codec?: PayloadCodec;
  readonly limits?: Partial<PayloadLimits>;
  /**
   * Takes secrets out of what is logged, and out of every text of an error or operator before it is
   * stored, shown or thrown.
   */
  readonly redact?: RedactOption;
  /** Told of every record that this process writes, once it is durable. */
  readonly observers?: readonly RunObserver[];
  /** Around each call of an action, undo or probe; the first is the outermost. @default none */
  readonly interceptors?: readonly SagaInterceptor[];
  /** What is kept with every saga that is started here, as `headers` of a start are. @default nothing */
  readonly startHeaders?: StartHeaders;
  /** How long a shutdown lets running steps finish, in ms. @default 10_000 */
  readonly drainMs?: number;
  /** Which thrown errors leave the outcome of an action open, for steps that do not say so. @default isAnswerLost */
  readonly unknownWhen?: UnknownWhen;
  /** For steps with `barrier: true`: a `SagaBarrier` of `./participant`. @default none: such steps are refused */
  readonly barrier?: StepBarrierSource;
}

/** Makes an engine for an application: what `SagaModule.forRoot({ engine })` takes. */
export interface SagaEngineProvider {
  /** For logs: 'Restate at http://127.0.0.1:8080'. No secrets. */
  readonly description: string;
  create(settings: EngineSettings): SagaEngine;
}

/** What the runs of an engine share, by its settings. */
export function environmentOf(settings: EngineSettings): RunEnvironment {
  const { environment = STANDARD_ENVIRONMENT } = settings;
  const {
    unknownWhen = environment.unknownWhen,
    interceptors = environment.interceptors,
    barrier = environment.barrier,
  } = settings;
  if (unknownWhen === undefined && interceptors === undefined && barrier === undefined) {
    return environment;
  }
  const { clock, ids, random } = environment;
  return {
    ...{ clock, ids, random },
    ...(unknownWhen === undefined ? {} : { unknownWhen }),
    ...(barrier === undefined ? {} : { barrier }),
    // Left out where there are none: the fast path looks only whether there is a list.
    ...(interceptors === undefined || interceptors.length === 0 ? {} : { interceptors }),
  };
}
