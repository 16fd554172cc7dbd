import type { SagaDetails, SagaEvent } from 'nestjs-saga-orchestrator';

/** One line of a saga's life. */
export interface TimelineEntry {
  /** Since its start. */
  readonly ms: number;
  readonly type: SagaEvent['type'];
  readonly step?: string;
  /** From 1. */
  readonly attempt?: number;
  readonly detail?: string;
}

export interface SagaView {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: string;
  readonly timeline: readonly TimelineEntry[];
}

function detailOf(event: SagaEvent): string | undefined {
  switch (event.type) {
    case 'failed':
    case 'undo-failed':
      return event.error.message;
    case 'compensating':
      return event.reason;
    case 'probed':
      return event.answer;
    case 'cancel-requested':
    case 'parked':
      return event.reason;
    default:
      return undefined;
  }
}

function entryOf(event: SagaEvent, startedAt: number): TimelineEntry {
  const detail = detailOf(event);
  return {
    ms: event.at - startedAt,
    type: event.type,
    ...('label' in event ? { step: event.label } : {}),
    ...('attempt' in event ? { attempt: event.attempt } : {}),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** A saga for the eyes of an operator. */
export function viewOf({ id, name, status, createdAt, timeline }: SagaDetails): SagaView {
  const startedAt = timeline[0]?.at ?? createdAt.getTime();
  return {
    id,
    name,
    status,
    startedAt: new Date(startedAt).toISOString(),
    timeline: timeline.map((event) => entryOf(event, startedAt)),
  };
}
