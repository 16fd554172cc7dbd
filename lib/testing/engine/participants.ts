import {
  NonRetryableError,
  OutcomeUnknownError,
  ResultFactory,
  type ISagaContext,
  type SagaDefinition,
  type SagaRecord,
  type SagaStepOptions,
} from '../../core/index.js';

/** One thing that was seen of a saga, in the order in which it took place. */
export type EngineTraceEntry =
  /** A record is durable. */
  | { readonly kind: 'record'; readonly record: SagaRecord }
  /** A participant is called. */
  | { readonly kind: 'call'; readonly direction: 'do' | 'undo' | 'probe'; readonly label: string }
  /** It has done it: the world has changed, whoever gets to know of it. */
  | { readonly kind: 'effect'; readonly direction: 'do' | 'undo'; readonly label: string }
  /** The call has come back, or was given up. */
  | { readonly kind: 'return'; readonly direction: 'do' | 'undo' | 'probe'; readonly label: string }
  /** From here on this plan is deployed. */
  | { readonly kind: 'deploy'; readonly definition: SagaDefinition };

export type EngineTrace = readonly EngineTraceEntry[];

/** What a participant does when it is asked. */
export type Behaviour =
  | 'ok'
  /** Says no; nothing has happened. */
  | 'declines'
  | 'declines-for-good'
  /** Does it, and its answer is lost. */
  | 'loses-its-answer'
  /** Does it, and the connection breaks before its answer is there. */
  | 'is-cut-off'
  /** Works until it is told to stop; nothing has happened. */
  | 'waits'
  /** Answers with something that cannot be stored. */
  | 'answers-unstorable';

export interface Participant extends Omit<SagaStepOptions, 'transaction' | 'barrier'> {
  /** What its action does, attempt by attempt; the last one goes on. @default it succeeds */
  readonly does?: readonly Behaviour[];
  /** The same of its compensation; `null`: it has none. @default it succeeds */
  readonly undoes?: readonly Behaviour[] | null;
  /** `truth`: it knows. @default it has no probe */
  readonly probes?: 'truth' | 'unknown';
}

export interface OrderContext {
  readonly product: string;
  readonly quantity: number;
  note?: string;
}

/** What one participant was told. */
export interface Call {
  readonly what: string;
  readonly id: string;
  readonly attempt: number;
  readonly key: string;
  readonly at: number;
  /** What an undo was told of its step, else `undefined`. */
  readonly outcome: string | undefined;
  readonly note: string | undefined;
}

/** What was seen of one saga. */
export interface Seen {
  readonly trace: EngineTraceEntry[];
  /** The labels whose effect stands in the world. */
  readonly standing: Set<string>;
}

function refuseForGood(label: string): never {
  throw new NonRetryableError(`${label} was declined for good`);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** Does, or undoes, what it was asked for, as its fate wants it. */
export async function answer(
  { trace, standing }: Seen,
  ctx: ISagaContext<OrderContext>,
  direction: 'do' | 'undo',
  fate: Behaviour,
): Promise<unknown> {
  const { label, signal } = ctx;
  try {
    if (fate === 'declines-for-good') refuseForGood(label);
    if (fate === 'declines') {
      return ResultFactory.error('DECLINED', `${direction} ${label} was declined`);
    }
    if (fate === 'waits') await aborted(signal);
    trace.push({ kind: 'effect', direction, label });
    if (direction === 'do') standing.add(label);
    else standing.delete(label);
    if (fate === 'loses-its-answer') throw new OutcomeUnknownError('the answer was lost');
    if (fate === 'is-cut-off') throw Object.assign(new Error('hang up'), { code: 'ECONNRESET' });
    return fate === 'answers-unstorable' ? Symbol('unstorable') : { done: label };
  } finally {
    trace.push({ kind: 'return', direction, label });
  }
}
