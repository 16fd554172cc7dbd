import type { SagaView, TimelineEntry } from '../sagas/saga-view.js';
import { paint } from './paint.js';

const WIDTHS = { ms: 7, step: 15, what: 40, attempt: 7 };

function row(ms: string, step: string, what: string, attempt: string): string {
  const cells = [ms.padStart(WIDTHS.ms), step.padEnd(WIDTHS.step), what.padEnd(WIDTHS.what)];
  return `${cells.join('  ')}  ${attempt.padStart(WIDTHS.attempt)}`.trimEnd();
}

const HEAD = row('+ms', 'step', 'what happened', 'attempt');

type Style = (text: string) => string;

function plain(text: string): string {
  return text;
}

function told({ type, detail = '' }: TimelineEntry): readonly [string, Style] {
  switch (type) {
    case 'done':
      return ['✔ done', paint.green];
    case 'failed':
      return [`✘ failed: ${detail}`, paint.red];
    case 'probed':
      return [`? asked whether it took place: ${detail}`, plain];
    case 'compensating':
      return ['↩ starts compensating', paint.yellow];
    case 'undone':
      return ['↶ undone', paint.yellow];
    case 'undo-failed':
      return [`✘ undo failed: ${detail}`, paint.red];
    case 'recovered':
      return ['⟳ resumed by another process', paint.yellow];
    case 'completed':
      return ['● saga completed', paint.green];
    case 'compensated':
      return ['● saga compensated', paint.yellow];
    default:
      return [detail === '' ? type : `${type}: ${detail}`, plain];
  }
}

function line(entry: TimelineEntry): string {
  const [what, style] = told(entry);
  const step = entry.type === 'compensating' ? '' : (entry.step ?? '');
  return style(row(`${entry.ms}`, step, what, `${entry.attempt ?? ''}`));
}

/** That something began says little to a reader who sees how it ended. */
const BEGINS: ReadonlySet<string> = new Set(['accepted', 'started', 'undo-started']);

/** A saga's life as a table: how each attempt ended, and when. */
export function timelineOf(saga: SagaView): string {
  const ends = saga.timeline.filter(({ type }) => !BEGINS.has(type));
  return [paint.dim(HEAD), ...ends.map(line)].join('\n');
}
