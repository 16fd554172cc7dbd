import fc from 'fast-check';
import {
  defineSaga,
  NOTHING_TO_UNDO,
  type AnySagaStep,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import { oneWay } from './one-way.js';

/** How one attempt of an action goes: what it does to the world, and what is learned of it. */
export type ActionFate =
  | 'ok'
  | 'fails'
  | 'fails-for-good'
  /** Its answer is lost; it took place, or it did not. */
  | 'lost-done'
  | 'lost-not-done'
  /** Its process goes before, or after, it took place. */
  | 'crash-not-done'
  | 'crash-done'
  /** It took place, but its result cannot be stored. */
  | 'unstorable';

export type UndoFate =
  'ok' | 'already' | 'fails' | 'fails-for-good' | 'crash-not-done' | 'crash-done';

/** A probe never lies; it may not know. */
export type ProbeFate = 'truth' | 'unknown' | 'crash';

/** What the next version of the plan, deployed with the next crash, does to one step. */
export type Deploy =
  | { readonly change: 'none' }
  | { readonly change: 'retire' | 'drop' | 'drop-undo'; readonly step: number }
  | { readonly change: 'insert'; readonly step: number };

export interface RandomStep {
  readonly label: string;
  readonly retries: number;
  readonly undoRetries: number;
  readonly undo: boolean;
  readonly pivot: boolean;
  readonly attempted: boolean;
  readonly idempotent: boolean;
  readonly probe: boolean;
  /** Attempt by attempt; after that it goes well. */
  readonly does: readonly ActionFate[];
  readonly undoes: readonly UndoFate[];
  readonly probes: readonly ProbeFate[];
}

export interface RandomSaga {
  readonly steps: readonly RandomStep[];
  readonly halt: boolean;
  /** Before which of its decisions, or during which of its calls, it is cancelled (from 0). */
  readonly cancel: { readonly at: number; readonly during: boolean } | null;
  /** Before which of its decisions its process goes. */
  readonly crashes: readonly number[];
  /** One for each crash. */
  readonly deploys: readonly Deploy[];
  /** How often an operator sends it on when it was parked on its way forward. */
  readonly resumes: number;
}

/** What a saga of the bare builder can meet: no crash, no deploy, no result that cannot be stored. */
export const CALM: ReadonlySet<string> = new Set([
  'ok',
  'fails',
  'fails-for-good',
  'lost-done',
  'lost-not-done',
  'already',
  'truth',
  'unknown',
]);

function fates<T extends string>(weights: Readonly<Record<T, number>>, calm: boolean) {
  const allowed = (Object.entries(weights) as [T, number][]).filter(
    ([fate]) => !calm || CALM.has(fate),
  );
  const each = fc.oneof(
    ...allowed.map(([fate, weight]) => ({ arbitrary: fc.constant(fate), weight })),
  );
  return fc.array(each, { maxLength: 5 });
}

function often(percent: number): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 99 }).map((n) => n < percent);
}

function stepArbitrary(calm: boolean): fc.Arbitrary<Omit<RandomStep, 'label'>> {
  return fc.record({
    retries: fc.integer({ min: 0, max: 3 }),
    undoRetries: fc.integer({ min: 0, max: 2 }),
    undo: often(80),
    pivot: often(10),
    attempted: often(15),
    idempotent: often(75),
    probe: often(30),
    does: fates<ActionFate>(
      {
        ok: 15,
        fails: 5,
        'fails-for-good': 1,
        'lost-done': 3,
        'lost-not-done': 3,
        'crash-not-done': 1,
        'crash-done': 1,
        unstorable: 1,
      },
      calm,
    ),
    undoes: fates<UndoFate>(
      { ok: 5, already: 1, fails: 4, 'fails-for-good': 1, 'crash-not-done': 1, 'crash-done': 1 },
      calm,
    ),
    probes: fates<ProbeFate>({ truth: 4, unknown: 2, crash: 1 }, calm),
  });
}

const deploy: fc.Arbitrary<Deploy> = fc.oneof(
  { arbitrary: fc.constant({ change: 'none' } as const), weight: 1 },
  {
    arbitrary: fc.record({
      change: fc.constantFrom('retire' as const, 'retire', 'drop', 'drop-undo', 'insert'),
      step: fc.nat(5),
    }),
    weight: 2,
  },
);

/** Random sagas, with random fates; `calm` ones can run on the bare builder. */
export function randomSaga({ calm = false } = {}): fc.Arbitrary<RandomSaga> {
  return fc.record({
    steps: fc
      .array(stepArbitrary(calm), { minLength: 1, maxLength: 6 })
      .map((steps) => steps.map((step, i) => ({ label: `step-${i + 1}`, ...step }))),
    halt: often(25),
    cancel: fc.option(
      fc.record({ at: fc.nat(12), during: calm ? fc.constant(true) : fc.boolean() }),
      { freq: 3 },
    ),
    crashes: calm ? fc.constant([]) : fc.array(fc.nat(14), { maxLength: 3 }),
    deploys: calm ? fc.constant([]) : fc.array(deploy, { maxLength: 4 }),
    resumes: fc.integer({ min: 0, max: 2 }),
  });
}

const nothing = () => undefined;

function stepOf(step: RandomStep): AnySagaStep<unknown> {
  return {
    label: step.label,
    action: nothing,
    retry: { retries: step.retries, delay: 0 },
    compensationRetry: { retries: step.undoRetries, delay: 0 },
    compensate: step.undo ? nothing : NOTHING_TO_UNDO,
    pivot: step.pivot,
    compensateOn: step.attempted ? 'attempted' : 'done',
    idempotent: step.idempotent,
    ...(step.probe && { probe: () => 'unknown' as const }),
  };
}

/** The plan of a random saga; `as` replaces what its steps do. */
export function definitionOf(
  { steps, halt }: Pick<RandomSaga, 'steps' | 'halt'>,
  as: (step: RandomStep) => Partial<AnySagaStep<unknown>> = () => ({}),
): SagaDefinition {
  return defineSaga('PlaceOrder', oneWay(steps.map((step) => ({ ...stepOf(step), ...as(step) }))), {
    onCompensationFailure: halt ? 'halt' : 'continue',
  });
}

type Planned = SagaDefinition['steps'][number];

/** A step of a plan, as it is written down in the next version of the plan. */
function kept({ label, action, compensate, policy }: Planned) {
  const { nothingToUndo: _, ...settings } = policy;
  return { ...settings, label, action, compensate: compensate ?? NOTHING_TO_UNDO };
}

/** The same of a step that is only ever undone. */
function retire({ label, compensate, policy }: Planned) {
  const { compensateOn, compensationRetry } = policy;
  return { label, compensateOn, compensationRetry, compensate: compensate ?? NOTHING_TO_UNDO };
}

/**
 * The plan after a deploy; the same when the change would leave no step. `undo` is what undoes a step
 * that was inserted.
 */
export function redefine(
  plan: SagaDefinition,
  deployed: Deploy,
  undo: (ctx: { readonly label: string }) => unknown = nothing,
): SagaDefinition {
  const live = plan.forward.map(kept);
  const retired = plan.steps.filter((step) => step.action === undefined).map(retire);
  const at = deployed.change === 'none' ? 0 : deployed.step % live.length;
  const [target] = live.slice(at);
  if (deployed.change === 'none' || target === undefined) return plan;
  switch (deployed.change) {
    case 'insert':
      live.splice(at, 0, { ...target, label: `new-${plan.version + 1}`, compensate: undo });
      break;
    case 'drop-undo':
      live.splice(at, 1, { ...target, compensate: NOTHING_TO_UNDO });
      break;
    default:
      if (live.length === 1) return plan;
      live.splice(at, 1);
      if (deployed.change === 'retire') retired.push(retire(plan.forward[at] as Planned));
  }
  return defineSaga(plan.name, oneWay(live) as never, {
    version: plan.version + 1,
    onCompensationFailure: plan.onCompensationFailure,
    retired: retired as never,
  });
}
