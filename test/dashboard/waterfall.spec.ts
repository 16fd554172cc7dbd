import { axisOf } from '../../lib/dashboard/ui/axis.js';
import { waterfallOf } from '../../lib/dashboard/ui/waterfall-model.js';
import type { Event, PlanStep } from '../../lib/dashboard/ui/wire.js';

const step = (label: string): PlanStep => ({
  ...{ label, undo: true, probe: false, pivot: false, retired: false, stage: 0 },
});
const PLAN = ['A', 'B', 'C'].map(step);
const of = (events: Event[], now?: number) => waterfallOf(PLAN, events, 0, now);
const shown = ({ bars }: ReturnType<typeof of>) =>
  bars.map(({ kind, label, from, to, outcome }) => [kind, label, from, to, outcome]);

it('draws attempts down, undos after them, and the place where it starts undoing', () => {
  const wf = of([
    { type: 'started', label: 'A', attempt: 1, at: 0 },
    { type: 'done', label: 'A', attempt: 1, at: 10 },
    { type: 'started', label: 'B', attempt: 1, at: 10 },
    { type: 'failed', label: 'B', attempt: 1, at: 30, outcome: 'not-done', retryable: false },
    { type: 'compensating', reason: 'step-failed', label: 'B', at: 30 },
    { type: 'undo-started', label: 'A', attempt: 1, at: 30 },
    { type: 'undone', label: 'A', attempt: 1, at: 40 },
    { type: 'compensated', at: 40 },
  ]);
  expect(shown(wf)).toEqual([
    ['do', 'A', 0, 10, 'done'],
    ['do', 'B', 10, 30, 'failed'],
    ['undo', 'A', 30, 40, 'undone'],
  ]);
  expect([wf.turn, wf.from, wf.to]).toEqual([30, 0, 40]);
  expect(wf.rows.map(({ label }) => label)).toEqual(['A', 'B', 'C']);
});

it('draws retries with the pause between them, and a probe as a point', () => {
  const wf = of(
    [
      { type: 'started', label: 'A', attempt: 1, at: 0 },
      { type: 'failed', label: 'A', attempt: 1, at: 10, outcome: 'unknown', retryAt: 60 },
      { type: 'probed', label: 'A', answer: 'not-done', at: 60 },
      { type: 'started', label: 'A', attempt: 2, at: 61 },
    ],
    100,
  );
  expect(shown(wf)).toEqual([
    ['do', 'A', 0, 10, 'unknown'],
    ['probe', 'A', 60, 60, 'failed'],
    ['do', 'A', 61, undefined, 'running'],
  ]);
  expect(wf.waits).toEqual([{ label: 'A', lane: 'do', from: 10, to: 60 }]);
  expect(wf.to).toBe(100);
});

it('ends what was under way when another process took over: nobody knows when it was cut off', () => {
  const wf = of([
    { type: 'started', label: 'A', attempt: 1, at: 0 },
    { type: 'recovered', at: 500 },
    { type: 'started', label: 'A', attempt: 2, at: 510 },
    { type: 'done', label: 'A', attempt: 2, at: 520 },
  ]);
  expect(wf.bars[0]).toMatchObject({ outcome: 'unknown', to: 500, cutOff: true });
  expect(wf.lines).toEqual([{ at: 500, kind: 'take-over', text: 'taken over' }]);
});

it('shows steps that ran and are in the plan no more', () => {
  const wf = of([{ type: 'started', label: 'Gone', attempt: 1, at: 0 }], 5);
  expect(wf.rows.at(-1)).toMatchObject({ label: 'Gone', retired: true });
});

it('folds long idle times, and keeps the order of all others', () => {
  const wf = of([
    { type: 'started', label: 'A', attempt: 1, at: 0 },
    { type: 'failed', label: 'A', attempt: 1, at: 1_000, outcome: 'not-done', retryAt: 86_400_000 },
    { type: 'started', label: 'A', attempt: 2, at: 86_400_000 },
    { type: 'done', label: 'A', attempt: 2, at: 86_401_000 },
  ]);
  const axis = axisOf(wf);
  expect(axis.folds).toEqual([{ from: 1_000, to: 86_400_000 }]);
  const places = [0, 500, 1_000, 86_400_000, 86_400_500, 86_401_000].map(axis.at);
  expect(places).toEqual([...places].sort((one, other) => one - other));
  expect([places[0], places.at(-1)]).toEqual([0, 1]);
  expect((places[2] as number) > 0.4).toBe(true);
  for (const place of [0, 0.2, 0.5, 0.8, 1]) expect(axis.at(axis.timeAt(place))).toBeCloseTo(place);
});

it('folds nothing in a saga that was always at work', () => {
  const wf = of([
    { type: 'started', label: 'A', attempt: 1, at: 0 },
    { type: 'done', label: 'A', attempt: 1, at: 60_000 },
  ]);
  expect(axisOf(wf).folds).toEqual([]);
});

it('is drawn of a saga of which nothing is known yet', () => {
  const wf = of([]);
  expect(wf.to).toBeGreaterThan(wf.from);
  expect(axisOf(wf).at(0)).toBe(0);
});
