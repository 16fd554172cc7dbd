import { useSignal, type Signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { duration } from './format.js';
import { Icon } from './icons.js';
import { Card, isAtRest } from './parts.js';
import { now } from './store.js';
import { axisOf, type Axis } from './axis.js';
import { BarView, pc } from './bar.js';
import { Legend, Ticks } from './waterfall-scale.js';
import { waterfallOf, type Bar, type Waterfall } from './waterfall-model.js';
import type { PlanStep, Saga } from './wire.js';

function useWidth() {
  const element = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(
      ([entry]) => (width.value = entry?.contentRect.width ?? 600),
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return { element, width };
}

function Label({ row, isIdle }: { readonly row: PlanStep; readonly isIdle: boolean }) {
  return (
    <div class={`wf-label${isIdle ? ' is-idle' : ''}`}>
      <span title={row.label}>{row.label}</span>
      <small>
        {row.pivot ? (
          <span class="pivot" title="After this step nothing is undone any more">
            <Icon name="pivot" size={12} /> pivot
          </span>
        ) : null}
        {row.undo ? (
          <span title="It can be undone">
            <Icon name="undo" size={12} />
            <span class="sr">can be undone</span>
          </span>
        ) : null}
        {row.probe ? (
          <span title="Its participant can be asked whether it took place">
            <Icon name="probe" size={12} />
            <span class="sr">has a probe</span>
          </span>
        ) : null}
        {row.retired ? <span>retired</span> : null}
      </small>
    </div>
  );
}

function Row({
  row,
  wf,
  axis,
  width,
  picked,
}: {
  readonly row: PlanStep;
  readonly wf: Waterfall;
  readonly axis: Axis;
  readonly width: number;
  readonly picked: Signal<Bar | undefined>;
}) {
  const bars = wf.bars.filter(({ label }) => label === row.label);
  const waits = wf.waits.filter(({ label }) => label === row.label);
  const hasUndo = wf.turn !== undefined;
  return (
    <div class={`wf-row${hasUndo ? ' two' : ''}`} role="listitem">
      <Label row={row} isIdle={bars.length === 0} />
      <div class="wf-track">
        {waits.map((wait) => (
          <i
            key={wait.from}
            class={`wait of-${wait.lane}`}
            style={{
              left: pc(axis.at(wait.from)),
              width: pc(axis.at(wait.to) - axis.at(wait.from)),
            }}
            title={`waits ${duration(wait.to - wait.from)}`}
          />
        ))}
        {bars.map((bar) => (
          <BarView
            key={`${bar.kind} ${bar.first}`}
            bar={bar}
            axis={axis}
            end={wf.to}
            width={width}
            picked={picked}
          />
        ))}
      </div>
    </div>
  );
}

/** Lines that would stand on one another are one, with the text of the last. */
function linesOf(wf: Waterfall, axis: Axis, width: number) {
  const placed = wf.lines.map((line) => ({ ...line, place: axis.at(line.at) }));
  return placed.filter((line, i) => {
    const next = placed[i + 1];
    return next === undefined || (next.place - line.place) * width > 70 || line.kind === 'turn';
  });
}

export function WaterfallView({
  saga,
  picked,
}: {
  readonly saga: Saga;
  readonly picked: Signal<Bar | undefined>;
}) {
  const { element, width } = useWidth();
  const time = isAtRest(saga) ? undefined : now.value;
  const wf = useMemo(
    () => waterfallOf(saga.plan, saga.timeline, saga.createdAt, time),
    [saga, time],
  );
  const axis = useMemo(() => axisOf(wf), [wf]);
  const lines = linesOf(wf, axis, width.value);
  return (
    <Card title="Waterfall" more={`${wf.rows.length} steps`} class="wf">
      <div class="wf-body">
        <div class="wf-row wf-top">
          <div class="wf-label head">Step</div>
          <div class="wf-track" ref={element}>
            <Ticks axis={axis} from={wf.from} width={width.value} />
          </div>
        </div>
        <div class={lines.length === 0 ? 'wf-rows' : 'wf-rows lined'} role="list">
          <div class="wf-over" aria-hidden="true">
            {wf.turn === undefined ? null : (
              <i class="wf-back" style={{ left: pc(axis.at(wf.turn)) }} />
            )}
            {axis.folds.map((fold) => (
              <i
                key={fold.from}
                class="wf-fold"
                style={{
                  left: pc(axis.at(fold.from)),
                  width: pc(axis.at(fold.to) - axis.at(fold.from)),
                }}
              >
                <span>{duration(fold.to - fold.from)}</span>
              </i>
            ))}
            {lines.map((line) => (
              <i
                key={`${line.at} ${line.text}`}
                class={`wf-line is-${line.kind}${line.place < 0.15 ? ' right' : ''}`}
                style={{ left: pc(line.place) }}
              >
                <span>{line.text}</span>
              </i>
            ))}
          </div>
          {wf.rows.map((row) => (
            <Row
              key={row.label}
              row={row}
              wf={wf}
              axis={axis}
              width={width.value}
              picked={picked}
            />
          ))}
        </div>
        {wf.rows.length === 0 ? (
          <p class="quiet">No step has begun, and no process that answers knows the plan.</p>
        ) : null}
        <Legend />
      </div>
    </Card>
  );
}
