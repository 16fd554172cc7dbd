import type { Run, RunObserver } from '../execution/index.js';
import type { SagaRecord } from '../machine/index.js';
import {
  isEnabled,
  report,
  type Clock,
  type LogFields,
  type LogLevel,
  type SagaLogger,
  shownWhole,
} from '../ports/index.js';
import { shownError } from './saga-event.js';

/** What the step of that label, or its undo, last failed with. */
function lastError(run: Run, label: string | undefined): LogFields {
  const step = label === undefined ? undefined : run.state.step(label);
  const failure = step?.undo?.failure ?? step?.failure;
  return failure === undefined ? {} : { error: shownError(failure.error) };
}

/** Why a saga ended as it did: many logs show nothing but its end. */
function details(run: Run, record: SagaRecord): LogFields {
  switch (record.type) {
    case 'failed':
    case 'undo-failed':
      return { error: shownError(record.error), retryable: record.retryable };
    case 'compensating':
      return { reason: record.cause.reason, error: shownError(record.cause.error) };
    case 'probed':
      return { answer: record.answer };
    case 'cancel-requested':
      return {
        ...{ by: record.by, reason: record.reason },
        ...(record.actor === undefined ? {} : { actor: record.actor }),
      };
    case 'parked':
      return { reason: record.reason, ...lastError(run, record.label) };
    case 'compensated': {
      if (run.state.cause === undefined) return {};
      const { label, reason, error } = run.state.cause;
      return { ...(label === undefined ? {} : { label }), reason, error: shownError(error) };
    }
    default:
      return {};
  }
}

const BEGINS: ReadonlySet<string> = new Set(['started', 'undo-started']);

/**
 * Writes one saga's life to the log: its end at `info` (`warn` when it was compensated, `error` when
 * it was parked), everything in between at `debug`. Ids and labels, never payloads.
 */
class LogObserver implements RunObserver {
  readonly #sagaStarted: number;
  #stepStarted = 0;

  constructor(
    private readonly logger: SagaLogger,
    private readonly clock: Clock,
    private readonly debug: boolean,
  ) {
    this.#sagaStarted = clock.monotonic();
  }

  onRecord(run: Run, record: SagaRecord): void {
    switch (record.type) {
      case 'completed':
        return this.#log('info', `Saga ${shownWhole(run.sagaName)} completed`, run, record);
      case 'compensated':
        return this.#log('warn', `Saga ${shownWhole(run.sagaName)} compensated`, run, record);
      case 'parked':
        return this.#log('error', `Saga ${shownWhole(run.sagaName)} parked`, run, record);
      default:
        if (!this.debug) return;
        if (BEGINS.has(record.type)) this.#stepStarted = this.clock.monotonic();
        this.#log('debug', `Saga ${shownWhole(run.sagaName)}: ${record.type}`, run, record);
    }
  }

  #log(level: LogLevel, message: string, run: Run, record: SagaRecord): void {
    report(this.logger, level, message, this.#fields(run, record));
  }

  #fields(run: Run, record: SagaRecord): LogFields {
    const since =
      'label' in record && record.type !== 'parked' ? this.#stepStarted : this.#sagaStarted;
    const { label, attempt } = record as { label?: string; attempt?: number };
    return {
      saga: run.sagaName,
      sagaId: run.sagaId,
      ...(label === undefined ? {} : { label }),
      ...(attempt === undefined ? {} : { attempt }),
      ...(BEGINS.has(record.type) ? {} : { durationMs: round(this.clock.monotonic() - since) }),
      ...details(run, record),
    };
  }
}

/** Durations to a tenth of a millisecond. */
function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The observer that logs a saga; `undefined` when nobody would read it. One per saga, so that the
 * levels are looked up once. */
export function logObserver(logger: SagaLogger, clock: Clock): RunObserver | undefined {
  const debug = isEnabled(logger, 'debug');
  return debug || isEnabled(logger, 'error') ? new LogObserver(logger, clock, debug) : undefined;
}
