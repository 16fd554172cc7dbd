import type { Tracer } from '@opentelemetry/api';
import { isSagaError } from '../../core/index.js';
import type {
  InterceptedCall,
  RunObserver,
  SagaErrorCode,
  SagaInterceptor,
  SagaRecord,
} from '../../core/index.js';
import type { StepOutcome } from './attempts.js';
import {
  CAUSE,
  DIRECTION,
  DIRECTIONS,
  ERROR_TYPE,
  NAME,
  OUTCOME,
  PARK_REASON,
  STEP,
  STEP_OUTCOME,
} from './attributes.js';
import type { ErrorTypes } from './error-type.js';
import type { Guard } from './guard.js';
import type { SagaMetrics } from './metrics.js';
import { SagaSpan, type SpanOptions } from './saga-span.js';

type Run = Parameters<RunObserver['onRecord']>[0];
type Kind = InterceptedCall['kind'];

/** So many sagas are followed at once; where there are more, the span of the oldest ends early. */
const MOST = 20_000;

/** With these a call comes to no outcome: this process works on the saga no more. */
const NO_OUTCOME: readonly SagaErrorCode[] = [
  'SAGA_INTERRUPTED',
  'SAGA_JOURNAL',
  'SAGA_LEASE_LOST',
];

interface Watched {
  readonly name: string;
  readonly span: SagaSpan;
  /** When its attempts began, by kind and label; by the monotonic clock, in ms. */
  readonly began: Map<string, number>;
}

/** Makes spans and metrics of what calls and records tell. */
export class SagaWatcher implements RunObserver, SagaInterceptor {
  readonly #sagas = new Map<string, Watched>();

  constructor(
    private readonly tracer: Tracer,
    private readonly metrics: SagaMetrics,
    private readonly errors: ErrorTypes,
    private readonly guard: Guard,
    private readonly options: SpanOptions,
  ) {}

  around(call: InterceptedCall, next: () => unknown): unknown {
    let returned: unknown;
    let hasBegun = false;
    const inSpan = (): unknown => {
      hasBegun = true;
      return (returned = next());
    };
    const { run, kind, label } = call;
    const key = keyOf(run);
    const saga = this.guard.call(() => {
      const watched = this.#of(run, false);
      watched.began.set(`${kind} ${label}`, performance.now());
      return watched;
    });
    if (saga === undefined) return next();
    try {
      saga.span.call(call, inSpan);
    } catch (error) {
      // Of the step, or of the telemetry before it has begun.
      if (hasBegun) throw error;
      this.guard.call(() => {
        throw error;
      });
      return next();
    }
    if (returned instanceof Promise) {
      returned.then(undefined, (error: unknown) => {
        if (NO_OUTCOME.some((code) => isSagaError(error, code))) this.#end(key, saga);
      });
    }
    return returned;
  }

  onRecord(run: Run, record: SagaRecord, at: number): void {
    this.guard.call(() => this.#note(run, record, at));
  }

  /** For the end of the application. */
  endAll(): void {
    for (const [key, saga] of this.#sagas) this.#end(key, saga);
  }

  #note(run: Run, record: SagaRecord, at: number): void {
    switch (record.type) {
      case 'recovered':
        if (record.orderly !== true) this.metrics.recovered(run.sagaName);
        this.#of(run, true);
        return;
      case 'done':
        return this.#attempted(run, 'action', record.label, 'done');
      case 'failed': {
        const outcome = record.outcome === 'unknown' ? 'unknown' : 'failed';
        return this.#attempted(run, 'action', record.label, outcome, record.error);
      }
      case 'probed':
        return this.#attempted(
          run,
          'probe',
          record.label,
          record.answer === 'unknown' ? 'unknown' : 'done',
        );
      case 'undone':
        return this.#attempted(run, 'undo', record.label, 'done');
      case 'undo-failed':
        return this.#attempted(run, 'undo', record.label, 'failed', record.error);
      case 'compensating':
        this.#sagas
          .get(keyOf(run))
          ?.span.event('saga.compensating', { [CAUSE]: record.cause.reason });
        return;
      case 'completed':
      case 'compensated':
        return this.#rested(run, record.type, undefined, at);
      case 'parked':
        return this.#rested(run, 'parked', record.reason, at);
      default:
    }
  }

  #attempted(run: Run, kind: Kind, label: string, outcome: StepOutcome, error?: unknown): void {
    const saga = this.#sagas.get(keyOf(run));
    const attempt = saga?.span.take(kind, label);
    const type = error === undefined ? undefined : this.errors.of(error);
    attempt?.end(outcome, error, type);
    const began = saga?.began.get(`${kind} ${label}`);
    saga?.began.delete(`${kind} ${label}`);
    if (began === undefined) return;
    this.metrics.attempted(performance.now() - began, {
      ...{ [NAME]: run.sagaName, [STEP]: label, [DIRECTION]: DIRECTIONS[kind] },
      ...{ [STEP_OUTCOME]: outcome, ...(type === undefined ? {} : { [ERROR_TYPE]: type }) },
    });
  }

  #rested(run: Run, outcome: string, reason: string | undefined, at: number): void {
    const more = reason === undefined ? {} : { [PARK_REASON]: reason };
    this.metrics.ended(at - run.createdAt, { [NAME]: run.sagaName, [OUTCOME]: outcome, ...more });
    const key = keyOf(run);
    const saga = this.#sagas.get(key);
    if (saga !== undefined) this.#end(key, saga, outcome, reason);
  }

  /** The saga as it is followed; anew where it was taken over from another process, or from this one before. */
  #of(run: InterceptedCall['run'] | Run, isRecovered: boolean): Watched {
    const key = keyOf(run);
    const known = this.#sagas.get(key);
    if (known !== undefined && !isRecovered) return known;
    if (known !== undefined) this.#end(key, known);
    const { sagaName, sagaId, headers, createdAt } = run;
    const version = 'version' in run ? run.version : run.definition.version;
    const saga = { sagaName, sagaId, version, headers, createdAt };
    const span = new SagaSpan(this.tracer, this.options, saga, isRecovered);
    const watched = { name: sagaName, span, began: new Map<string, number>() };
    this.#sagas.set(key, watched);
    this.metrics.active(sagaName, 1);
    if (this.#sagas.size > MOST) this.#endOldest();
    return watched;
  }

  #endOldest(): void {
    for (const [key, saga] of this.#sagas) return this.#end(key, saga);
  }

  #end(key: string, saga: Watched, outcome?: string, reason?: string): void {
    if (this.#sagas.get(key) !== saga) return;
    this.#sagas.delete(key);
    this.guard.call(() => saga.span.end(outcome, reason));
    this.guard.call(() => this.metrics.active(saga.name, -1));
  }
}

function keyOf({
  sagaName,
  sagaId,
}: {
  readonly sagaName: string;
  readonly sagaId: string;
}): string {
  return `${sagaName}\0${sagaId}`;
}
