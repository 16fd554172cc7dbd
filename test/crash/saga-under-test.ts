import {
  defineSaga,
  OutcomeUnknownError,
  ResultFactory,
  type ISagaContext,
  type ProbeAnswer,
  type SagaDefinition,
  type SagaStep,
} from 'nestjs-saga-orchestrator/core';
import { CrashPoints } from './crash-points.js';
import { Ledger, type Direction } from './ledger.js';
import { labelsOf, type Scenario } from './scenarios.js';
import type { Witness } from './wrap-journal.js';

export interface Trail {
  /** The steps whose change of the context was kept. */
  readonly trail: string[];
}

type Context = ISagaContext<Trail>;

export interface World extends Witness {
  /** Cancels the saga and waits until that is durable. */
  cancel(): Promise<void>;
  /** Broken on purpose: an effect counts as often as it is asked for. */
  readonly forgetful?: boolean;
  /** Broken on purpose: an undo answers that it is done, and does nothing. */
  readonly lazyUndo?: boolean;
}

/** Between attempts. Long enough to be a commit of its own, so that every run comes by the same places. */
const PAUSE_MS = 50;

/** Attempts of an action, and of a compensation, that the saga's policies allow. */
export const ATTEMPTS = { do: 2, undo: 3 } as const;

/** Lets a participant work, and writes down when it was asked and when it answered. */
async function asked<T>(
  { ledger }: World,
  direction: Direction,
  { label, attempt }: Context,
  work: () => T | Promise<T>,
): Promise<T> {
  ledger.write({ kind: 'call', direction, label, attempt });
  try {
    return await work();
  } finally {
    ledger.write({ kind: 'return', direction, label });
  }
}

/** Takes effect, once however often it is called, with a place to die on either side. */
function effect(world: World, direction: 'do' | 'undo', label: string): void {
  const { ledger, points, forgetful = false } = world;
  points.reach(`before the effect of ${direction} ${label}`);
  const known = ledger.hasEffect(direction, label) && !forgetful;
  if (direction === 'do') {
    if (ledger.isClosed(label)) throw new Error(`${label} was closed before it came`);
    if (!known) ledger.write({ kind: 'effect', direction, label });
  } else if (!ledger.hasEffect('do', label)) {
    ledger.write({ kind: 'closed', label });
  } else if (!known && world.lazyUndo !== true) {
    ledger.write({ kind: 'effect', direction, label });
  }
  points.reach(`after the effect of ${direction} ${label}`);
}

/** Passes when the other process has asked for what it wants, or is gone. */
function elsewhere({ ledger }: World): Promise<void> {
  return ledger.until((lines) =>
    lines.some(({ kind }) => kind === 'cancel-requested' || kind === 'actor-gone'),
  );
}

/** What the step before left behind must be there, on a first run as on a replay. */
function checkSight(world: World, ctx: Context, before: readonly string[], probed = false): void {
  const expected = JSON.stringify(before);
  // A probe brings back the result of a step, not what its lost attempt did to the context.
  if (!probed && JSON.stringify(ctx.context.trail) !== expected) {
    const seen = ctx.context.trail.join(', ');
    world.ledger.write({ kind: 'fault', text: `${ctx.label} sees the trail ${seen}` });
  }
  for (const label of before) {
    const result = ctx.getStepResult<{ of: string; on: Date }>(label);
    if (result?.of === label && result.on instanceof Date) continue;
    world.ledger.write({ kind: 'fault', text: `${ctx.label} does not see the result of ${label}` });
  }
}

function stepOf(scenario: Scenario, world: World, number: number): SagaStep<Trail> {
  const labels = labelsOf(scenario);
  const label = labels[number - 1] as string;
  const act = async (ctx: Context) => {
    checkSight(world, ctx, labels.slice(0, number - 1), scenario.probed);
    if (scenario.cancelAt === number) await world.cancel();
    if (scenario.elsewhere !== undefined && number === 2) await elsewhere(world);
    if (scenario.failAt === number || (scenario.flakyAt === number && ctx.attempt === 1)) {
      world.points.reach(`before the refusal of ${label}`);
      return ResultFactory.error('REFUSED', `${label} is refused`);
    }
    effect(world, 'do', label);
    if (scenario.lostAt === number) throw new OutcomeUnknownError(`The answer of ${label} is lost`);
    ctx.context.trail.push(label);
    return { of: label, on: new Date(0) };
  };
  const undo = (ctx: Context): void => {
    const { undoFailsAt, undoFailsOnceAt } = scenario;
    if (undoFailsAt === number || (undoFailsOnceAt === number && ctx.attempt === 1)) {
      world.points.reach(`before the refusal of undo ${label}`);
      throw new Error(`The undo of ${label} is refused`);
    }
    effect(world, 'undo', label);
  };
  const answer = (): ProbeAnswer => {
    world.points.reach(`before the answer to the probe of ${label}`);
    if (!world.ledger.hasEffect('do', label)) return 'not-done';
    return { outcome: 'done', result: { of: label, on: new Date(0) } };
  };
  const action = (ctx: Context) => asked(world, 'do', ctx, () => act(ctx));
  const compensate = (ctx: Context) => asked(world, 'undo', ctx, () => undo(ctx));
  const probe = (ctx: Context) => asked(world, 'probe', ctx, answer);
  const { pivotAt = Infinity } = scenario;
  return {
    label,
    action,
    retry: { retries: scenario.flakyAt === number ? 1 : 0, delay: PAUSE_MS },
    compensationRetry: { retries: ATTEMPTS.undo - 1, delay: PAUSE_MS },
    idempotent: scenario.once !== true,
    ...(number === pivotAt ? { pivot: true } : {}),
    ...(number < pivotAt ? { compensate } : {}),
    ...(scenario.probed === true ? { probe } : {}),
    ...(scenario.asksLate === true ? { probeDelay: PAUSE_MS } : {}),
  };
}

export function sagaUnderTest(name: string, scenario: Scenario, world: World): SagaDefinition {
  return defineSaga<Trail>(
    name,
    labelsOf(scenario).map((_, index) => stepOf(scenario, world, index + 1)),
  );
}

/** For who only wants to know the plan. */
export const NOBODY: World = {
  ledger: new Ledger('/dev/null'),
  points: new CrashPoints(),
  cancel: () => Promise.resolve(),
};
