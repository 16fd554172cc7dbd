import type { EventError, SagaEvent } from '../core/index.js';
import type { Cell, Style } from './output.js';
import { shownTime } from './text.js';

export const TIMELINE_HEAD = ['time', '+ms', 'step', 'what happened', 'attempt'] as const;

type Told = readonly [what: string, style?: Style];

function errorOf({ message, code }: EventError): string {
  return code === undefined ? message : `${message} (${code})`;
}

function again(retryAt: number | undefined, isUtc: boolean): string {
  return retryAt === undefined ? '' : `; again from ${shownTime(retryAt, isUtc)}`;
}

/** Who did it, and why. */
function whyOf({ by, reason }: { readonly by?: string; readonly reason?: string }): string {
  if (by === undefined) return '';
  return ` by ${by}${reason === undefined ? '' : `: ${reason}`}`;
}

const ACTS = {
  terminate: '■ terminated',
  'retry-compensation': '⟲ compensations are tried again',
  'mark-compensated': '✎ marked as undone',
  'mark-done': '✎ marked as done',
  'mark-not-done': '✎ marked as not done',
} as const;

function told(event: SagaEvent, isUtc: boolean): Told {
  switch (event.type) {
    case 'accepted':
      return ['accepted in a transaction'];
    case 'started':
      return ['started', 'dim'];
    case 'done':
      return ['✔ done', 'green'];
    case 'failed': {
      const what = event.outcome === 'unknown' ? '? outcome unknown' : '✘ failed';
      return [`${what}: ${errorOf(event.error)}${again(event.retryAt, isUtc)}`, 'red'];
    }
    case 'probed':
      return [`? asked whether it took place: ${event.answer}`];
    case 'cancel-requested':
      return [`✋ cancelled by ${event.actor ?? event.by}: ${event.reason}`, 'yellow'];
    case 'compensating':
      return [`↩ starts compensating: ${event.reason}, ${errorOf(event.error)}`, 'yellow'];
    case 'undo-started':
      return ['undo started', 'dim'];
    case 'undone':
      return ['↶ undone', 'yellow'];
    case 'undo-failed':
      return [`✘ undo failed: ${errorOf(event.error)}${again(event.retryAt, isUtc)}`, 'red'];
    case 'recovered':
      return [`⟳ taken over by ${event.owner}`, 'yellow'];
    case 'resumed':
      return [`▶ resumed${whyOf(event)}`, 'yellow'];
    case 'manual':
      return [`${ACTS[event.act]}${whyOf(event)}`, 'yellow'];
    case 'completed':
      return ['● completed', 'green'];
    case 'compensated':
      return ['● compensated', 'yellow'];
    case 'parked':
      return [`● parked: ${event.reason}`, 'red'];
    case 'late-effect':
      return ['took effect after its saga had gone on', 'red'];
  }
}

/** One event as a row of the timeline. */
export function eventCells(event: SagaEvent, from: number, isUtc: boolean): readonly Cell[] {
  const [text, style] = told(event, isUtc);
  const { label = '', attempt } = event as { readonly label?: string; readonly attempt?: number };
  const ms = Math.round(event.at - from);
  return [
    { text: shownTime(event.at, isUtc), style: 'dim' },
    `${ms}`,
    label,
    style === undefined ? text : { text, style },
    attempt === undefined ? '' : `${attempt}`,
  ];
}
