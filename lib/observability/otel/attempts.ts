import { SpanStatusCode, type Span } from '@opentelemetry/api';
import type { InterceptedCall } from '../../core/index.js';
import { ATTEMPT, DIRECTION, DIRECTIONS, ERROR_TYPE, STEP_OUTCOME } from './attributes.js';

export type StepOutcome = 'done' | 'failed' | 'unknown' | 'interrupted';

/** One call of an action, an undo or a probe: its span ends with its record, at the time when the call ended. */
export class AttemptSpan {
  #settledAt: number | undefined;

  constructor(
    readonly span: Span,
    readonly kind: InterceptedCall['kind'],
    attempt: number,
    private readonly errorMessages: boolean,
  ) {
    span.setAttributes({ [DIRECTION]: DIRECTIONS[kind], [ATTEMPT]: attempt });
  }

  settled(): void {
    this.#settledAt ??= Date.now();
  }

  end(outcome: StepOutcome, error?: unknown, errorType?: string): void {
    this.span.setAttribute(STEP_OUTCOME, outcome);
    if (errorType !== undefined) {
      this.span.setAttribute(ERROR_TYPE, errorType);
      const { message } = (error ?? {}) as { readonly message?: unknown };
      const isTold = this.errorMessages && typeof message === 'string';
      this.span.setStatus({ code: SpanStatusCode.ERROR, ...(isTold ? { message } : {}) });
    }
    // A late end of one that was given up is not waited for.
    this.span.end(this.#settledAt);
  }
}
