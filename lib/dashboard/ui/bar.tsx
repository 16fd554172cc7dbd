import type { Signal } from '@preact/signals';
import type { Axis } from './axis.js';
import { duration } from './format.js';
import type { Bar } from './waterfall-model.js';

export const OUTCOMES: Readonly<Record<Bar['outcome'], string>> = {
  running: 'under way',
  done: 'done',
  failed: 'failed',
  unknown: 'outcome unknown',
  undone: 'undone',
};

export function nameOf({ kind, label }: Bar): string {
  return kind === 'do' ? label : kind === 'undo' ? `Undo of ${label}` : `Probe of ${label}`;
}

/** A place as CSS has it. */
export const pc = (part: number): string => `${(100 * part).toFixed(3)}%`;

interface BarProps {
  readonly bar: Bar;
  readonly axis: Axis;
  readonly end: number;
  readonly width: number;
  readonly picked: Signal<Bar | undefined>;
}

export function BarView({ bar, axis, end, width, picked }: BarProps) {
  const { kind, outcome, from, to = end, attempt } = bar;
  const [left, right] = [axis.at(from), axis.at(to)];
  const took = duration(to - from);
  const isPicked = picked.value?.first === bar.first && picked.value.kind === kind;
  const tries = attempt !== undefined && attempt > 1 ? `, attempt ${attempt}` : '';
  const text = `${nameOf(bar)}${tries}: ${OUTCOMES[outcome]}${kind === 'probe' ? '' : `, ${took}`}`;
  const room = (right - left) * width;
  const style = kind === 'probe' ? { left: pc(left) } : { left: pc(left), width: pc(right - left) };
  return (
    <button
      type="button"
      class={`bar of-${kind} is-${outcome}${bar.cutOff ? ' cut-off' : ''}`}
      style={style}
      aria-pressed={isPicked}
      aria-label={text}
      title={text}
      onClick={() => (picked.value = isPicked ? undefined : bar)}
    >
      {kind !== 'probe' && room > 16 + took.length * 6.5 ? <span>{took}</span> : null}
    </button>
  );
}
