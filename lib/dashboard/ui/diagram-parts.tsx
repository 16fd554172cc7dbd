import { duration } from './format.js';
import type { PlanStep } from './wire.js';

export const BOX = { width: 168, height: 40, gap: 26 } as const;
const STAGE_GAP = 14;
export const END = { width: 104, height: 26 } as const;

export interface Box {
  readonly step: PlanStep;
  readonly x: number;
  readonly y: number;
}

function notesOf({ pivot, retries, timeout, probe }: PlanStep): string {
  const notes = [
    pivot ? 'point of no return' : '',
    retries === undefined ? '' : retries === 0 ? 'no retry' : `retry ${retries}`,
    timeout === undefined ? '' : duration(timeout),
    probe ? 'probe' : '',
  ];
  return notes.filter((note) => note !== '').join(' · ');
}

const fits = (text: string, letters: number): string =>
  text.length > letters ? `${text.slice(0, letters - 1)}…` : text;

export function BoxView({
  box,
  undo,
  isLit,
  isPast,
}: {
  readonly box: Box;
  readonly undo?: boolean;
  readonly isLit: boolean;
  readonly isPast: boolean;
}) {
  const { step, x, y } = box;
  const title = undo ? `undo ${step.label}` : step.label;
  const note = undo
    ? step.undoRetries === undefined
      ? ''
      : `retry ${step.undoRetries}`
    : notesOf(step);
  return (
    <g
      class={`box${undo ? ' of-undo' : step.pivot ? ' of-pivot' : ''}${isLit ? '' : isPast ? ' dim' : ''}`}
      transform={`translate(${x} ${y})`}
    >
      <title>{title}</title>
      <rect width={BOX.width} height={BOX.height} rx="7" />
      {step.pivot && !undo ? (
        <rect
          class="inner"
          x="3.5"
          y="3.5"
          width={BOX.width - 7}
          height={BOX.height - 7}
          rx="4.5"
        />
      ) : null}
      <text x="12" y={note === '' ? 24 : 17}>
        {fits(title, 22)}
      </text>
      {note === '' ? null : (
        <text class="note" x="12" y="31">
          {fits(note, 30)}
        </text>
      )}
    </g>
  );
}

export function End({
  x,
  y,
  text,
  kind,
  dim,
}: {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly kind: string;
  readonly dim: boolean;
}) {
  return (
    <g class={`end is-${kind}${dim ? ' dim' : ''}`} transform={`translate(${x} ${y})`}>
      <rect width={END.width} height={END.height} rx={END.height / 2} />
      <text x={END.width / 2} y="17" text-anchor="middle">
        {text}
      </text>
    </g>
  );
}

/** Where the boxes of the plan stand: stages below one another, the steps of one stage close together. */
export function layoutOf(steps: readonly PlanStep[]): {
  readonly boxes: readonly Box[];
  readonly height: number;
} {
  const boxes: Box[] = [];
  let y = END.height + BOX.gap + 8;
  steps.forEach((step, i) => {
    const isSame = i > 0 && steps[i - 1]?.stage === step.stage;
    if (isSame) y -= BOX.gap - STAGE_GAP;
    boxes.push({ step, x: 10, y });
    y += BOX.height + BOX.gap;
  });
  return { boxes, height: y };
}
