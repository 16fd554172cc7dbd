import { storedError, type StoredError } from '../journal/index.js';
import type { LateEffect } from '../execution/index.js';
import type { SagaRecord } from '../machine/index.js';

/** An error as events and timelines show it: no stack, no properties of its own. */
export interface EventError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  /** What led to it, up to 5 deep. */
  readonly cause?: EventError;
}

type Shown<R> = R extends { readonly type: 'compensating'; readonly cause: infer C }
  ? { readonly type: 'compensating' } & Omit<C, 'error'> & { readonly error: EventError }
  : {
      readonly [K in keyof R as K extends 'result' | 'unstorable' ? never : K]: K extends 'error'
        ? EventError
        : R[K];
    };

interface Source {
  readonly sagaName: string;
  readonly sagaId: string;
  /** Wall time in ms since the epoch. */
  readonly at: number;
}

/**
 * An attempt that was given up has succeeded after its saga had gone on without it: refunded, then
 * charged. It is no record, and so in no timeline: by then the saga may be at rest, or owned by another
 * process.
 */
type LateEffectEvent = { readonly type: 'late-effect' } & LateEffect;

/**
 * What is told of a saga's life: its records without payloads, and late effects. Tagged by `type`; a
 * `switch` over it can be exhaustive.
 */
export type SagaEvent = (Shown<SagaRecord> | LateEffectEvent) & Source;

export type SagaEventType = SagaEvent['type'];

/** As a record, so that the compiler reports a type that is missing here. */
const TYPES: Readonly<Record<SagaEventType, true>> = {
  ...{ accepted: true, started: true, done: true, failed: true, probed: true },
  ...{ 'undo-started': true, undone: true, 'undo-failed': true, compensating: true },
  ...{ 'cancel-requested': true, recovered: true, resumed: true, manual: true },
  ...{ completed: true, compensated: true, parked: true, 'late-effect': true },
};
export const SAGA_EVENT_TYPES: readonly string[] = Object.keys(TYPES);

function eventError({ name, message, code, cause }: StoredError): EventError {
  return {
    name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(cause === undefined ? {} : { cause: eventError(cause) }),
  };
}

export function shownError(error: unknown): EventError {
  return eventError(storedError(error));
}

/** The event of a record: the same facts, without results and contexts. */
export function toEvent(
  sagaName: string,
  sagaId: string,
  at: number,
  record: SagaRecord,
): SagaEvent {
  const source = { sagaName, sagaId, at };
  switch (record.type) {
    case 'compensating': {
      const { error, ...cause } = record.cause;
      return { ...source, type: record.type, ...cause, error: shownError(error) };
    }
    case 'failed':
    case 'undo-failed':
      return { ...source, ...record, error: shownError(record.error) };
    // The most frequent ones are written out: a spread costs ten times as much.
    case 'started': {
      const { type, label, attempt, owesUndo } = record;
      return { sagaName, sagaId, at, type, label, attempt, owesUndo };
    }
    case 'done': {
      const { type, label, attempt, pivot } = record;
      return { sagaName, sagaId, at, type, label, attempt, pivot };
    }
    case 'completed':
      return { sagaName, sagaId, at, type: record.type };
    case 'probed': {
      const { type, label, answer, pivot } = record;
      return { ...source, type, label, answer, pivot };
    }
    case 'manual': {
      const { result: _, ...act } = { result: undefined, ...record };
      return { ...source, ...act };
    }
    default:
      return { ...source, ...record };
  }
}
