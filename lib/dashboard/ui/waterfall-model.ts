import type { Event, PlanStep } from './wire.js';

export type Lane = 'do' | 'undo';
export type Outcome = 'running' | 'done' | 'failed' | 'unknown' | 'undone';

/** One attempt, or one question to a probe. */
export interface Bar {
  readonly kind: 'do' | 'undo' | 'probe';
  readonly label: string;
  readonly from: number;
  /** Absent while it is under way. */
  to?: number;
  outcome: Outcome;
  readonly attempt: number | undefined;
  /** Where its records are in the timeline. */
  readonly first: number;
  last: number;
  /** Its process died in it: when it did is not known, only when another one took over. */
  cutOff?: boolean;
}

export interface Wait {
  readonly label: string;
  readonly lane: Lane;
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly at: number;
  readonly kind: 'turn' | 'take-over' | 'parked' | 'act';
  readonly text: string;
}

export interface Waterfall {
  readonly rows: readonly PlanStep[];
  readonly bars: readonly Bar[];
  readonly waits: readonly Wait[];
  readonly lines: readonly Line[];
  readonly from: number;
  readonly to: number;
  /** When it started compensating. */
  readonly turn?: number;
}

const ENDS: Readonly<Record<string, Outcome>> = {
  done: 'done',
  undone: 'undone',
  'undo-failed': 'failed',
};

/** The steps of the plan, then those that ran and are in it no more. */
export function rowsOf(plan: readonly PlanStep[], timeline: readonly Event[]): readonly PlanStep[] {
  const labels = new Set<string>();
  for (const { type, label } of timeline)
    if (label !== undefined && type !== 'parked' && type !== 'compensating') labels.add(label);
  const rows = plan.filter(({ label, retired }) => !retired || labels.has(label));
  const known = new Set(rows.map(({ label }) => label));
  const others = [...labels].filter((label) => !known.has(label));
  const stage = rows.length;
  return [
    ...rows,
    ...others.map((label) => ({
      label,
      undo: false,
      probe: false,
      pivot: false,
      retired: true,
      stage,
    })),
  ];
}

const LINES: Readonly<Record<string, (event: Event) => Omit<Line, 'at'> | undefined>> = {
  compensating: () => ({ kind: 'turn', text: 'undoing' }),
  recovered: () => ({ kind: 'take-over', text: 'taken over' }),
  parked: () => ({ kind: 'parked', text: 'parked' }),
  resumed: () => ({ kind: 'act', text: 'resumed' }),
  'cancel-requested': ({ by }) => ({
    kind: 'act',
    text: by === 'deadline' ? 'deadline' : 'cancelled',
  }),
  manual: ({ act }) => ({
    kind: act === 'terminate' ? 'parked' : 'act',
    text: act === 'terminate' ? 'terminated' : 'operator',
  }),
};

/** What happened, as bars over time. `now` ends what is under way; absent where the saga is at rest. */
export function waterfallOf(
  plan: readonly PlanStep[],
  timeline: readonly Event[],
  createdAt: number,
  now?: number,
): Waterfall {
  const bars: Bar[] = [];
  const waits: Wait[] = [];
  const lines: Line[] = [];
  const pauses = new Map<string, { readonly from: number; readonly until: number }>();
  let turn: number | undefined;
  const openBar = (label: string, kind: Bar['kind']): Bar | undefined =>
    bars.findLast((bar) => bar.label === label && bar.kind === kind && bar.to === undefined);
  const endPause = (label: string, lane: Lane, at: number): void => {
    const key = `${lane} ${label}`;
    const pause = pauses.get(key);
    if (pause !== undefined && at - pause.from > 1)
      waits.push({ label, lane, from: pause.from, to: at });
    pauses.delete(key);
  };
  timeline.forEach((event, index) => {
    const { type, label = '', at, attempt } = event;
    const line = LINES[type]?.(event);
    if (line !== undefined) lines.push({ at, ...line });
    if (type === 'compensating') turn ??= at;
    if (type === 'started' || type === 'undo-started') {
      const kind = type === 'started' ? 'do' : 'undo';
      endPause(label, kind, at);
      bars.push({ kind, label, from: at, outcome: 'running', attempt, first: index, last: index });
      return;
    }
    if (type === 'recovered') {
      for (const bar of bars.filter(({ to }) => to === undefined)) {
        bar.to = at;
        bar.outcome = 'unknown';
        bar.cutOff = true;
        bar.last = index;
      }
      return;
    }
    if (type === 'probed') {
      endPause(label, 'do', at);
      const outcome =
        event.answer === 'done' ? 'done' : event.answer === 'unknown' ? 'unknown' : 'failed';
      bars.push({
        kind: 'probe',
        label,
        from: at,
        to: at,
        outcome,
        attempt,
        first: index,
        last: index,
      });
      return;
    }
    const isUndo = type === 'undone' || type === 'undo-failed';
    if (!isUndo && type !== 'done' && type !== 'failed') return;
    const kind = isUndo ? 'undo' : 'do';
    const outcome: Outcome = ENDS[type] ?? (event.outcome === 'unknown' ? 'unknown' : 'failed');
    const bar = openBar(label, kind);
    if (bar !== undefined) Object.assign(bar, { to: at, outcome, last: index });
    else bars.push({ kind, label, from: at, to: at, outcome, attempt, first: index, last: index });
    const until = event.retryAt ?? event.probeAt;
    if (until !== undefined) pauses.set(`${kind} ${label}`, { from: at, until });
  });
  for (const [key, { from, until }] of pauses) {
    const [lane, ...label] = key.split(' ');
    const to = now === undefined ? from : Math.max(from, Math.min(now, until));
    if (to > from) waits.push({ label: label.join(' '), lane: lane as Lane, from, to });
  }
  const from = Math.min(timeline[0]?.at ?? createdAt, createdAt);
  const last = timeline.at(-1)?.at ?? createdAt;
  return {
    ...{ rows: rowsOf(plan, timeline), bars, waits, lines, from },
    to: Math.max(from + 1, last, now ?? 0),
    ...(turn === undefined ? {} : { turn }),
  };
}
