import type { Attributes, Histogram, Meter } from '@opentelemetry/api';
import { JOURNAL_SYSTEM, NAME, OPERATION } from './attributes.js';

const OF_SAGAS = [
  0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 14_400, 86_400,
];
const OF_STEPS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const OF_JOURNALS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** In seconds. Names and labels are bounded by the code of the application, and no id is among the attributes. */
export class SagaMetrics {
  readonly #duration: Histogram;
  readonly #step: Histogram;
  readonly #journal: Histogram;
  readonly #active;
  readonly #recoveries;

  constructor(meter: Meter) {
    const seconds = (name: string, description: string, buckets: number[]): Histogram =>
      meter.createHistogram(name, {
        ...{ unit: 's', description },
        advice: { explicitBucketBoundaries: buckets },
      });
    this.#duration = seconds('saga.duration', 'From the start of a saga to its rest', OF_SAGAS);
    this.#step = seconds('saga.step.duration', 'Attempts of actions, undos and probes', OF_STEPS);
    this.#journal = seconds('saga.journal.operation.duration', 'Calls of the journal', OF_JOURNALS);
    this.#active = meter.createUpDownCounter('saga.active', {
      ...{ unit: '{saga}', description: 'Sagas that this process works on' },
    });
    this.#recoveries = meter.createCounter('saga.recoveries', {
      ...{ unit: '{saga}', description: 'Sagas that were taken over from a process that died' },
    });
  }

  ended(ms: number, attributes: Attributes): void {
    this.#duration.record(Math.max(0, ms) / 1_000, attributes);
  }

  attempted(ms: number, attributes: Attributes): void {
    this.#step.record(Math.max(0, ms) / 1_000, attributes);
  }

  active(sagaName: string, change: 1 | -1): void {
    this.#active.add(change, { [NAME]: sagaName });
  }

  recovered(sagaName: string): void {
    this.#recoveries.add(1, { [NAME]: sagaName });
  }

  asked(system: string, operation: string, ms: number, more: Attributes): void {
    this.#journal.record(ms / 1_000, { [JOURNAL_SYSTEM]: system, [OPERATION]: operation, ...more });
  }
}
