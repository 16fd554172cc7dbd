/** A way through a saga, and what its steps are like. Steps are numbered from 1. */
export interface Scenario {
  readonly name: string;
  readonly steps: number;
  /** The action of this step fails, whenever it is tried. */
  readonly failAt?: number;
  /** The first attempt of this step's action fails; it has a second one. */
  readonly flakyAt?: number;
  /** The action of this step takes effect, and its answer is lost. */
  readonly lostAt?: number;
  /** The first attempt of this step's compensation fails. */
  readonly undoFailsOnceAt?: number;
  /** The compensation of this step fails, whenever it is tried. */
  readonly undoFailsAt?: number;
  /** No action may be repeated when its outcome is unknown. */
  readonly once?: true;
  /** Every step can be asked whether it took place. */
  readonly probed?: true;
  /** The probe is asked only a while after the answer was lost. */
  readonly asksLate?: true;
  /** This step is the point of no return; it has no compensation. */
  readonly pivotAt?: number;
  /** Somebody cancels the saga while this step's action runs. */
  readonly cancelAt?: number;
  /** Somebody cancels it after its process has died. */
  readonly cancelWhileDown?: true;
  /** Another process does this to it, while the action of the second step waits for that. */
  readonly elsewhere?: 'cancel' | 'terminate';
}

const LABELS = ['Order', 'Stock', 'Payment', 'Parcel', 'Letter'];

export function labelsOf(scenario: Scenario): readonly string[] {
  return LABELS.slice(0, scenario.steps);
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}

/** All succeed; fail at each step; fail at each step, with each compensation failing once. */
export function paths(steps: number): readonly Scenario[] {
  return [
    { name: 'all succeed', steps },
    ...upTo(steps).flatMap((failAt): Scenario[] => [
      { name: `${failAt} fails`, steps, failAt },
      ...upTo(failAt - 1).map((undoFailsOnceAt): Scenario => {
        const name = `${failAt} fails, undo ${undoFailsOnceAt} fails once`;
        return { name, steps, failAt, undoFailsOnceAt };
      }),
    ]),
  ];
}

/** What else a saga can be like, in the smallest form that shows it. */
export function variants(steps: number): readonly Scenario[] {
  const failAt = steps;
  return [
    { name: 'flaky 2', steps, flakyAt: 2 },
    { name: 'lost answer of 2', steps, lostAt: 2 },
    { name: 'once', steps, once: true },
    { name: 'once, last fails', steps, once: true, failAt },
    { name: 'once and probed', steps, once: true, probed: true },
    { name: 'probed, last fails', steps, probed: true, failAt },
    { name: 'probed, lost answer of 2', steps, probed: true, lostAt: 2 },
    { name: 'probed later, lost answer of 2', steps, probed: true, asksLate: true, lostAt: 2 },
    { name: 'pivot 2', steps, pivotAt: 2 },
    { name: 'pivot 2 fails', steps, pivotAt: 2, failAt: 2 },
    { name: 'pivot 2, last fails', steps, pivotAt: 2, failAt },
    { name: 'cancelled in 2', steps, cancelAt: 2 },
    { name: 'cancelled while down', steps, cancelWhileDown: true },
    { name: 'undo 1 fails for good', steps, failAt, undoFailsAt: 1 },
  ];
}
