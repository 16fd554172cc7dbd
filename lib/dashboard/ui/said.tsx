import type { ComponentChildren } from 'preact';
import { reasonOf } from './words.js';
import type { Event } from './wire.js';

const MANUAL: Readonly<Record<string, string>> = {
  terminate: 'terminated',
  'retry-compensation': 'told it to retry its undos',
  'mark-compensated': 'undone by hand',
  'mark-done': 'said to have taken place',
  'mark-not-done': 'said not to have taken place',
};

const REASONS: Readonly<Record<string, string>> = {
  'step-failed': 'it failed for good',
  cancelled: 'cancelled',
  deadline: 'the deadline passed',
  'unstorable-result': 'its result cannot be kept',
};

/** What happened, in a sentence. */
export function Said({ event }: { readonly event: Event }): ComponentChildren {
  const { type, label, attempt = 1 } = event;
  const step = label === undefined ? null : <b>{label}</b>;
  const tries = attempt > 1 ? ` · attempt ${attempt}` : '';
  switch (type) {
    case 'started':
      return (
        <>
          {step} began{tries}
        </>
      );
    case 'undo-started':
      return (
        <>
          undo of {step} began{tries}
        </>
      );
    case 'done':
      return (
        <>
          {step} done{tries}
        </>
      );
    case 'failed':
      return (
        <>
          {step} failed{tries}
          {event.outcome === 'unknown' ? <i> · outcome unknown</i> : null}
        </>
      );
    case 'probed':
      return (
        <>
          {step} · its participant was asked: <b>{event.answer}</b>
        </>
      );
    case 'undone':
      return (
        <>
          {step} undone{tries}
        </>
      );
    case 'undo-failed':
      return (
        <>
          undo of {step} failed{tries}
        </>
      );
    case 'compensating':
      return (
        <>
          starts undoing
          <i>
            {' '}
            · {label === undefined ? '' : `${label}: `}
            {REASONS[event.reason ?? ''] ?? event.reason}
          </i>
        </>
      );
    case 'cancel-requested':
      return (
        <>
          {event.by === 'deadline' ? 'its deadline passed' : 'cancelled'}
          {event.actor ? (
            <>
              {' '}
              by <b>{event.actor}</b>
            </>
          ) : null}
        </>
      );
    case 'resumed':
      return (
        <>
          resumed
          {event.by ? (
            <>
              {' '}
              by <b>{event.by}</b>
            </>
          ) : null}
          {event.skip?.length ? <i> · skips {event.skip.join(', ')}</i> : null}
        </>
      );
    case 'recovered':
      return <>taken over by another process{event.orderly ? <i> · in order</i> : null}</>;
    case 'manual':
      return (
        <>
          {step} {MANUAL[event.act ?? ''] ?? event.act} by <b>{event.by}</b>
        </>
      );
    case 'parked':
      return (
        <>
          parked
          <i>
            {' '}
            · {reasonOf(event.reason)[0]}
            {label === undefined ? '' : `: ${label}`}
          </i>
        </>
      );
    case 'accepted':
      return 'accepted in a transaction';
    default:
      return type;
  }
}
