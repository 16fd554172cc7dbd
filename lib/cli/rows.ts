import type { SagaSummary } from '../core/index.js';
import type { Cell, Style } from './output.js';
import { shownDuration, shownTime } from './text.js';

const STYLES: Readonly<Record<string, Style>> = {
  ...{ running: 'bold', compensating: 'yellow', completed: 'green', compensated: 'yellow' },
  ...{ parked: 'red', done: 'green', refused: 'yellow', failed: 'red', requested: 'yellow' },
  withdrawn: 'dim',
};

/** A status or an outcome, in its colour. */
export function statusCell(status: string): Cell {
  const style = STYLES[status];
  return style === undefined ? status : { text: status, style };
}

export const ROW_HEAD = ['status', 'saga', 'id', 'created', 'age', 'where', 'key', 'tags'] as const;

/** Where it stands: the step, and why it is parked there. */
function whereOf({ parkReason, label, wakeAt, damage }: SagaSummary): string {
  const asleep = wakeAt === undefined ? undefined : 'asleep';
  const unreadable = damage === undefined ? undefined : 'damaged';
  return [label, parkReason, asleep, unreadable].filter((one) => one !== undefined).join(' · ');
}

/** How long it took, or takes by now. */
function ageOf({ status, createdAt, updatedAt }: SagaSummary, now: number): string {
  const isOver = status === 'completed' || status === 'compensated';
  return shownDuration((isOver ? updatedAt.getTime() : now) - createdAt.getTime());
}

export function tagsText(tags: SagaSummary['tags']): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

export function rowCells(saga: SagaSummary, now: number, isUtc: boolean): readonly Cell[] {
  return [
    statusCell(saga.status),
    saga.name,
    saga.id,
    shownTime(saga.createdAt, isUtc),
    ageOf(saga, now),
    whereOf(saga),
    saga.key ?? '',
    tagsText(saga.tags),
  ];
}
