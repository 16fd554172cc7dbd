import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import type { InterceptedCall, InterceptedSaga } from '../../core/index.js';
import { AttemptSpan } from './attempts.js';
import { ID, LINK, NAME, OUTCOME, PARK_REASON, RECOVERED, STEP, VERSION } from './attributes.js';

export interface SpanOptions {
  /** What a saga that was taken over has to do with the trace that it was started in. */
  readonly resume: 'link' | 'parent';
  /** Whether spans have the ids of sagas. */
  readonly sagaId: boolean;
  readonly errorMessages: boolean;
}

const VERBS = { action: 'step', undo: 'undo', probe: 'probe' } as const;

/** The trace in which a saga was started, by what was kept with it. */
function originOf({ headers }: Pick<InterceptedSaga, 'headers'>): SpanContext | undefined {
  return trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers));
}

/** A saga as this process works on it: its span, and those of its attempts beneath it. */
export class SagaSpan {
  readonly #span: Span;
  readonly #context: Context;
  readonly #attempts = new Map<string, AttemptSpan>();
  /** The last attempt of each action, which an undo undoes. */
  readonly #done = new Map<string, SpanContext>();

  constructor(
    private readonly tracer: Tracer,
    private readonly options: SpanOptions,
    saga: Pick<InterceptedSaga, 'sagaName' | 'sagaId' | 'version' | 'headers' | 'createdAt'>,
    isRecovered: boolean,
  ) {
    const origin = originOf(saga);
    const links: Link[] =
      isRecovered && origin !== undefined
        ? [{ context: origin, attributes: { [LINK]: 'origin' } }]
        : [];
    const parent = this.#parent(origin, isRecovered);
    const { sagaName, sagaId, version, createdAt } = saga;
    const attributes = {
      ...{ [NAME]: sagaName, [VERSION]: version },
      ...(options.sagaId ? { [ID]: sagaId } : {}),
      ...(isRecovered ? { [RECOVERED]: true } : {}),
    };
    const begun = isRecovered ? {} : { startTime: createdAt };
    this.#span = tracer.startSpan(`saga ${sagaName}`, { attributes, links, ...begun }, parent);
    if (isRecovered) this.#span.addEvent('saga.recovered');
    this.#context = trace.setSpan(parent, this.#span);
  }

  /** Starts the span of a call, and runs the call in it. */
  call({ run, label, kind, attempt }: InterceptedCall, next: () => unknown): unknown {
    const undone = kind === 'undo' ? this.#done.get(label) : undefined;
    const links =
      undone === undefined ? [] : [{ context: undone, attributes: { [LINK]: 'undoes' } }];
    const attributes = { [NAME]: run.sagaName, [STEP]: label };
    const name = `${VERBS[kind]} ${run.sagaName}/${label}`;
    const span = this.tracer.startSpan(name, { attributes, links }, this.#context);
    if (this.options.sagaId) span.setAttribute(ID, run.sagaId);
    if (kind === 'action') this.#done.set(label, span.spanContext());
    const begun = new AttemptSpan(span, kind, attempt, this.options.errorMessages);
    this.#attempts.get(`${kind} ${label}`)?.end('interrupted');
    this.#attempts.set(`${kind} ${label}`, begun);
    return this.#settling(begun, () => context.with(trace.setSpan(this.#context, span), next));
  }

  /** Hands out the attempt whose record it is; a second record of it finds nothing. */
  take(kind: InterceptedCall['kind'], label: string): AttemptSpan | undefined {
    const key = `${kind} ${label}`;
    const attempt = this.#attempts.get(key);
    this.#attempts.delete(key);
    return attempt;
  }

  event(name: string, attributes: Record<string, string>): void {
    this.#span.addEvent(name, attributes);
  }

  /** Ends it, with what is left of its attempts: in this process nothing more comes of them. */
  end(outcome?: string, parkReason?: string): void {
    for (const attempt of this.#attempts.values()) attempt.end('interrupted');
    this.#attempts.clear();
    if (outcome !== undefined) this.#span.setAttribute(OUTCOME, outcome);
    if (parkReason !== undefined) {
      this.#span.setAttribute(PARK_REASON, parkReason);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }

  /** The caller's own trace, where there is one; else that in which the saga was started. */
  #parent(origin: SpanContext | undefined, isRecovered: boolean): Context {
    const active = context.active();
    if (!isRecovered && trace.getSpanContext(active) !== undefined) return active;
    const isItsChild = origin !== undefined && (!isRecovered || this.options.resume === 'parent');
    return isItsChild ? trace.setSpanContext(ROOT_CONTEXT, origin) : ROOT_CONTEXT;
  }

  #settling(attempt: AttemptSpan, call: () => unknown): unknown {
    let returned: unknown;
    try {
      returned = call();
    } catch (error) {
      attempt.settled();
      throw error;
    }
    const settled = (): void => attempt.settled();
    if (returned instanceof Promise) returned.then(settled, settled);
    else settled();
    return returned;
  }
}
