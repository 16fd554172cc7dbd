import { context, propagation, trace, type Attributes } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';

/** A real SDK that keeps what it is given. Context and propagation are global, as an application has them. */
export class Sdk {
  readonly exported = new InMemorySpanExporter();
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.exported)],
  });
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 2_000_000,
  });
  readonly meterProvider = new MeterProvider({ readers: [this.#reader] });

  constructor() {
    context.disable();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  }

  get providers() {
    const { tracerProvider, meterProvider } = this;
    return { tracerProvider, meterProvider };
  }

  get spans(): readonly ReadableSpan[] {
    return this.exported.getFinishedSpans();
  }

  span(name: string): ReadableSpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length !== 1) {
      const names = this.spans.map((span) => span.name).join(', ');
      throw new Error(`${found.length} spans are named '${name}', of ${names}`);
    }
    return found[0] as ReadableSpan;
  }

  /** Spans as `parent > name`, in the order of their ends. */
  get tree(): readonly string[] {
    const nameOf = (id: string | undefined): string =>
      this.spans.find((span) => span.spanContext().spanId === id)?.name ?? '-';
    return this.spans.map((span) => `${nameOf(span.parentSpanContext?.spanId)} > ${span.name}`);
  }

  /** Runs in a span of the application's own, as a request does. */
  async within<T>(name: string, work: () => Promise<T>): Promise<T> {
    const span = this.tracerProvider.getTracer('app').startSpan(name);
    try {
      return await context.with(trace.setSpan(context.active(), span), work);
    } finally {
      span.end();
    }
  }

  /** Everything that was measured so far, as an exporter gets it. */
  async collected(): Promise<ResourceMetrics | undefined> {
    this.#metrics.reset();
    await this.#reader.forceFlush();
    return this.#metrics.getMetrics().at(-1);
  }

  /** All points of one instrument. */
  async points(name: string): Promise<readonly { attributes: Attributes; value: unknown }[]> {
    const found = ((await this.collected())?.scopeMetrics ?? [])
      .flatMap(({ metrics }) => metrics)
      .filter(({ descriptor }) => descriptor.name === name);
    return found.flatMap(({ dataPoints }) => dataPoints as never[]);
  }
}
