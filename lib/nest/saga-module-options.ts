import type { FactoryProvider, InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type {
  Journal,
  PayloadCodec,
  PayloadLimits,
  RedactOption,
  RunObserver,
  SagaEngineProvider,
  SagaInterceptor,
  SagaLogger,
  SagaTelemetry,
  SagaTransactions,
  StartHeaders,
  StepBarrierSource,
  UnknownWhen,
} from '../core/index.js';
import type { RecoveryOptions, RetentionOptions } from '../engines/in-process/index.js';

/** Options of the saga module; all may be left out. */
export interface SagaModuleOptions {
  /**
   * Whose sagas these are, up to 255 bytes, for services that share one journal: part of the identity of
   * every saga. Names, ids, claims, lists and `deleteAfter` of one application know nothing of another's.
   * Give it from the start: sagas that were started without it belong to no application.
   *
   * @default none
   */
  readonly application?: string;
  /** Where sagas are kept. @default in memory, with a warning in production */
  readonly journal?: Journal;
  /**
   * What runs the sagas in place of this process and a journal: `restateEngine()` of `./restate`. It
   * excludes `journal`, `leaseMs`, `worker` and `deleteAfter`, which belong to a journal.
   */
  readonly engine?: SagaEngineProvider;
  /** @default the application's nest-winston logger when it has one, else Nest's `Logger` */
  readonly logger?: SagaLogger;
  /** How payloads become text; give your own to encrypt them. @default JSON with tags */
  readonly codec?: PayloadCodec;
  /** Sizes of one payload. @default warn at 256 KiB, refuse over 2 MiB */
  readonly limits?: Partial<PayloadLimits>;
  /** How long a shutdown lets running steps finish, in ms. @default 10_000 */
  readonly drainMs?: number;
  /**
   * Which thrown errors leave open whether the effect of an action took place, for steps that do not
   * say so themselves: those attempts are `unknown`, all others `not-done`. @default isAnswerLost
   */
  readonly unknownWhen?: UnknownWhen;
  /**
   * Told of every record that this process writes, once it is durable. Nothing waits for them; what one
   * throws is logged and changes nothing. @default none
   */
  readonly observers?: readonly RunObserver[];
  /**
   * Around each call of an action, undo or probe, for tracing and the like; the first is the outermost.
   * What one throws is the failure of that attempt. @default none
   */
  readonly interceptors?: readonly SagaInterceptor[];
  /**
   * Called with every start, in the context of its caller: what it returns is kept with the saga, like
   * the `headers` of a start; where both have a name, that of the start counts. One that fails is
   * logged, and the saga starts all the same. @default nothing
   */
  readonly startHeaders?: StartHeaders;
  /**
   * Takes secrets out of what is logged, `ctx.logger` included, and out of every text of an error before it
   * is stored, told as an event or thrown as `SagaExecutionException`, causes included; out of operators'
   * reasons, too.
   *
   * - Names of properties, as Nest's `ConsoleLogger` takes them: `['password', 'user.token']`, or
   *   `{ paths, censor }`; letters count in either case. Of a field that is logged, the value is masked. In a
   *   text, what stands behind the last name of a path is: `password=x`, `"password":"x"`, `Token: Bearer x`.
   * - A function, for what no name stands before: `(text) => text.replaceAll(apiKey, '***')`. It is called
   *   often, also with what it made itself. When it throws or answers no text, all of the text is
   *   replaced, and the first time is an error in the log.
   *
   * With it, `cause` and `compensationErrors` are copies with name, message, code and causes, as after a
   * recovery: what was thrown is never changed, and `onError`, `retry.when` and `unknownWhen` see it.
   * Contexts, results, keys, tags, ids and labels are data and stay, and so does what was stored before.
   *
   * @default texts stay as they are
   */
  readonly redact?: RedactOption;
  /**
   * How long this process may be silent before others take its sagas over, in ms; it renews its
   * heartbeat three times as often. @default 15_000
   */
  readonly leaseMs?: number;
  /**
   * Resumes sagas whose process died. `false`: this process only starts sagas and leaves recovery to
   * others.
   * @default { pollMs: a third of the lease, concurrency: 100, maxRecoveries: 5 }
   */
  readonly worker?: boolean | Partial<RecoveryOptions>;
  /**
   * How the application runs transactions in the journal's database, for starts in one
   * (`for(…, { transaction })`) and for steps with `transaction: true`: `fromPg(pool)` and its like of `./transactions`,
   * or the token of a provider that makes them, in any module: `{ provide: TRANSACTIONS, inject: [DataSource],
   * useFactory: fromTypeOrm }`. @default none
   */
  readonly transactions?: SagaTransactions | InjectionToken<SagaTransactions>;
  /**
   * Before the effects of steps with `barrier: true`, in a database that is not the journal's: `SagaBarrier` of
   * `./participant`, which `SagaBarrierModule` provides, the token of another provider that is one, or such an object. @default none
   */
  readonly barrier?: StepBarrierSource | InjectionToken<StepBarrierSource>;
  /** Spans and metrics: `sagaTelemetry()` of `./otel`, or your own hooks. @default none */
  readonly telemetry?: SagaTelemetry;
  /**
   * What `SagaExceptionFilter` answers when a step fails with that code and everything was undone, by
   * the code of the step's error or `Err`; or when an error with that code of this package is thrown. From 400 to 599.
   *
   * @default 409 for a saga that was compensated; docs/http.md lists the others
   * @example { CARD_DECLINED: 402, OUT_OF_STOCK: 409 }
   */
  readonly httpStatus?: Readonly<Record<string, number>>;
  /** How long sagas at rest are kept, in ms, by status. @default for ever */
  readonly deleteAfter?: RetentionOptions;
}

/** Makes the options of the module; a provider of yours. */
export interface SagaOptionsFactory {
  createSagaOptions(): SagaModuleOptions | Promise<SagaModuleOptions>;
}

/** {@link SagaModuleOptions}, made with injected providers: by one of the three. */
export interface SagaModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What `useFactory` is given. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory?: (...args: never[]) => SagaModuleOptions | Promise<SagaModuleOptions>;
  /** Made for this module, with what `imports` export injected. */
  readonly useClass?: Type<SagaOptionsFactory>;
  /** A provider that one of `imports`, or a global module, exports. */
  readonly useExisting?: InjectionToken<SagaOptionsFactory>;
}
