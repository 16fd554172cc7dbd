import {
  context,
  createNoopMeter,
  metrics,
  propagation,
  trace,
  type MeterProvider,
  type ProxyTracerProvider,
  type TracerProvider,
} from '@opentelemetry/api';
import type { SagaTelemetry } from '../../core/index.js';
import {
  groupProblem,
  isGroup,
  methodsProblem,
  namesOf,
  refuseProblems,
  shown,
  unknownProblems,
} from '../../core/engine/index.js';
import { SCOPE } from './attributes.js';
import { ErrorTypes } from './error-type.js';
import { SagaGauges } from './gauges.js';
import { Guard } from './guard.js';
import { timed } from './journal.js';
import { SagaMetrics } from './metrics.js';
import type { SpanOptions } from './saga-span.js';
import { SagaWatcher } from './watcher.js';

export interface SagaTelemetryOptions extends Partial<SpanOptions> {
  /** @default the global one, as it is when the application starts */
  readonly tracerProvider?: TracerProvider;
  /** @default the global one, as it is when the application starts */
  readonly meterProvider?: MeterProvider;
  /** A saga that was taken over: a trace of its own with a link, or a child in the trace of its start. @default 'link' */
  readonly resume?: 'link' | 'parent';
  /** Whether spans have `saga.id`; metrics never have. @default true */
  readonly sagaId?: boolean;
  /** Whether spans that failed have the message of the error. @default false: only its code or class */
  readonly errorMessages?: boolean;
  /** Whether the calls of the journal are timed. @default true */
  readonly journal?: boolean;
}

const OPTIONS = namesOf<SagaTelemetryOptions>({
  ...{ tracerProvider: true, meterProvider: true, resume: true, sagaId: true },
  ...{ errorMessages: true, journal: true },
});

function check(options: SagaTelemetryOptions): void {
  if (!isGroup(options)) {
    refuseProblems([groupProblem('what sagaTelemetry() is given', options)]);
  }
  const { tracerProvider, meterProvider, resume = 'link', ...flags } = options;
  const provider = (name: string, value: unknown, method: string): string | undefined =>
    value === undefined
      ? undefined
      : methodsProblem(name, value, [method], 'a provider of OpenTelemetry');
  refuseProblems([
    ...unknownProblems('sagaTelemetry()', options, OPTIONS),
    provider('tracerProvider', tracerProvider, 'getTracer'),
    provider('meterProvider', meterProvider, 'getMeter'),
    resume === 'link' || resume === 'parent'
      ? undefined
      : `resume must be 'link' or 'parent' (got ${shown(resume)})`,
    ...Object.entries(flags)
      .filter(([name, value]) => OPTIONS.includes(name) && value !== undefined)
      .map(([name, value]) =>
        typeof value === 'boolean'
          ? undefined
          : `${name} must be true or false (got ${shown(value)})`,
      ),
  ]);
}

/** Whether somebody has registered an SDK; of two copies of the API either knows it. */
function hasSdk(): boolean {
  const tracers = trace.getTracerProvider() as Partial<ProxyTracerProvider>;
  const isTraced =
    typeof tracers.getDelegateTracer !== 'function' ||
    tracers.getDelegateTracer(SCOPE) !== undefined;
  return (
    isTraced || metrics.getMeter(SCOPE).constructor.name !== createNoopMeter().constructor.name
  );
}

function injected(): Record<string, string> | undefined {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return Object.keys(carrier).length === 0 ? undefined : carrier;
}

function hooksOf(options: SagaTelemetryOptions): SagaTelemetry {
  const { tracerProvider, meterProvider, journal = true } = options;
  // Nobody would see anything: sagas keep their fast path.
  if (tracerProvider === undefined && meterProvider === undefined && !hasSdk()) return {};
  const { resume = 'link', sagaId = true, errorMessages = false } = options;
  const tracer = (tracerProvider ?? trace).getTracer(SCOPE);
  const meter = (meterProvider ?? metrics).getMeter(SCOPE);
  const guard = new Guard();
  const errors = new ErrorTypes();
  const sagaMetrics = new SagaMetrics(meter);
  const spans = { resume, sagaId, errorMessages };
  const watcher = new SagaWatcher(tracer, sagaMetrics, errors, guard, spans);
  const gauges = new SagaGauges(meter, guard);
  return {
    observers: [watcher],
    interceptors: [watcher],
    startHeaders: () => guard.call(injected),
    ...(journal
      ? { instrumentJournal: (of) => timed(of, { metrics: sagaMetrics, errors, guard }) }
      : {}),
    watch: (engine) => {
      const end = gauges.watch(engine);
      return () => {
        end();
        watcher.endAll();
      };
    },
  };
}

/**
 * Spans and metrics of all sagas, for `SagaModule.forRoot({ telemetry: sagaTelemetry() })`. Ids, names and labels, no
 * payloads. Start your OpenTelemetry SDK before the application: where there is none by then, nothing is
 * watched, and nothing of this costs anything.
 *
 * @throws SagaOptionsError with everything that is wrong.
 */
export function sagaTelemetry(options: SagaTelemetryOptions = {}): SagaTelemetry {
  check(options);
  let hooks: SagaTelemetry | undefined;
  // Looked at when the application starts, not when its module is imported.
  const its = (): SagaTelemetry => (hooks ??= hooksOf(options));
  return {
    get observers() {
      return its().observers;
    },
    get interceptors() {
      return its().interceptors;
    },
    get startHeaders() {
      return its().startHeaders;
    },
    get instrumentJournal() {
      return its().instrumentJournal;
    },
    get watch() {
      return its().watch;
    },
  };
}
