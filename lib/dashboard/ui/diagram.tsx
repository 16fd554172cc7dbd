import { BOX, BoxView, END, End, layoutOf, type Box } from './diagram-parts.js';
import type { MatrixCell, Plan } from './wire.js';

/** Down the left what runs, up the right what undoes it; a picked cell of the matrix lights its way. */
export function Diagram({
  plan,
  lit,
}: {
  readonly plan: Plan;
  readonly lit: MatrixCell | undefined;
}) {
  const steps = plan.steps.filter(({ retired }) => !retired);
  const { boxes, height } = layoutOf(steps);
  const right = 10 + BOX.width + 74;
  const pivot = steps.findIndex((step) => step.pivot);
  const undoable = boxes.filter(({ step }, i) => step.undo && (pivot < 0 || i <= pivot));
  const undos = new Map(undoable.map((box) => [box.step.label, { ...box, x: right }]));
  const ran = lit === undefined ? undefined : new Set(lit.calls);
  const isRun = (label: string): boolean =>
    ran === undefined || ran.has(label) || ran.has(`probe ${label}`);
  const isUndone = (label: string): boolean => ran === undefined || ran.has(`undo ${label}`);
  const endsAs = (status: string): boolean => lit === undefined || lit.status === status;
  const mid = 10 + BOX.width / 2;
  const undoMid = right + BOX.width / 2;
  const list = [...undos.values()];
  /** The undo that a failure of this step begins with: of the step before it that has one. */
  const firstUndo = (i: number): Box | undefined =>
    list.findLast(({ y }) => y < (boxes[i]?.y ?? 0));
  const last = boxes.at(-1);
  return (
    <svg
      class="diagram"
      viewBox={`0 0 ${right + BOX.width + 10} ${height + END.height + 6}`}
      role="img"
      aria-label={`The plan of ${plan.name}: ${steps.map(({ label }) => label).join(', then ')}`}
    >
      <defs>
        {['line', 'fail', 'undo'].map((kind) => (
          <marker
            key={kind}
            id={`tip-${kind}`}
            class={`tip of-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0l8 4-8 4z" />
          </marker>
        ))}
      </defs>
      <End x={mid - END.width / 2} y={8} text="start" kind="start" dim={false} />
      {undos.size === 0 && pivot === 0 ? null : (
        <End
          x={undoMid - END.width / 2}
          y={8}
          text="compensated"
          kind="compensated"
          dim={!endsAs('compensated')}
        />
      )}
      {boxes.map(({ step, y }, i) => {
        const above = boxes[i - 1];
        const isSame = above?.step.stage === step.stage;
        const from = above === undefined ? 8 + END.height : above.y + BOX.height;
        return isSame ? null : (
          <path
            key={step.label}
            class="edge"
            d={`M${mid} ${from}V${y - 1}`}
            marker-end="url(#tip-line)"
          />
        );
      })}
      {last === undefined ? null : (
        <path
          class="edge"
          d={`M${mid} ${last.y + BOX.height}V${height - 1}`}
          marker-end="url(#tip-line)"
        />
      )}
      {boxes.map(({ step, y }, i) => {
        const middle = y + BOX.height / 2;
        const start = 10 + BOX.width;
        if (pivot >= 0 && i > pivot) {
          return (
            <g
              key={step.label}
              class={ran !== undefined && lit?.parkReason !== 'failed-after-pivot' ? 'dim' : ''}
            >
              <path
                class="edge of-fail"
                d={`M${start} ${middle}H${undoMid - END.width / 2 - 2}`}
                marker-end="url(#tip-fail)"
              />
              <End
                x={undoMid - END.width / 2}
                y={middle - END.height / 2}
                text="parked"
                kind="parked"
                dim={false}
              />
            </g>
          );
        }
        const goesOn = lit?.calls.includes(steps[i + 1]?.label ?? '') === true;
        const isLit = lit === undefined || (isRun(step.label) && !goesOn);
        // What may have taken place is undone itself.
        const own = lit !== undefined && isLit && isUndone(step.label);
        const to = (own ? undos.get(step.label) : undefined) ?? firstUndo(i);
        const target = to === undefined ? 8 + END.height / 2 : to.y + BOX.height / 2;
        const end = to === undefined ? undoMid - END.width / 2 - 2 : right - 2;
        const bend = start + (end - start) / 2;
        return (
          <path
            key={step.label}
            class={`edge of-fail${isLit && lit?.status !== 'completed' ? '' : ' dim'}`}
            d={`M${start} ${middle}C${bend} ${middle} ${bend} ${target} ${end} ${target}`}
            marker-end="url(#tip-fail)"
          />
        );
      })}
      {list.map(({ y, step }, i) => {
        const above = list[i - 1];
        const to = above === undefined ? 8 + END.height : above.y + BOX.height;
        return (
          <path
            key={step.label}
            class={`edge of-undo${isUndone(step.label) ? '' : ' dim'}`}
            d={`M${undoMid} ${y}V${to + 1}`}
            marker-end="url(#tip-undo)"
          />
        );
      })}
      {boxes.map((box) => (
        <BoxView
          key={box.step.label}
          box={box}
          isLit={isRun(box.step.label)}
          isPast={ran !== undefined}
        />
      ))}
      {list.map((box) => (
        <BoxView
          key={box.step.label}
          box={box}
          undo
          isLit={isUndone(box.step.label)}
          isPast={ran !== undefined}
        />
      ))}
      <End
        x={mid - END.width / 2}
        y={height}
        text="completed"
        kind="completed"
        dim={!endsAs('completed')}
      />
    </svg>
  );
}
