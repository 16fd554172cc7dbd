import {
  evolve,
  SagaState,
  type SagaEvent,
  type SagaRecord,
  type StepState,
} from '../core/index.js';
import type { Mark, PlanStep, StepMark } from './ui/wire.js';

/** An event is its record without payloads, which no rule of the machine asks for. */
function recordOf(event: SagaEvent): SagaRecord | undefined {
  if (event.type === 'late-effect') return undefined;
  if (event.type !== 'compensating') return event as SagaRecord;
  const { type, ...cause } = event;
  return { type, cause };
}

/** How a saga stands, by its timeline: whatever engine tells it. */
export function stateOf(timeline: readonly SagaEvent[]): SagaState {
  const state = new SagaState();
  for (const event of timeline) {
    const record = recordOf(event);
    if (record !== undefined) evolve(state, record);
  }
  return state;
}

const UNDO_MARKS = {
  done: 'undone',
  failed: 'undo-failed',
  started: 'undoing',
  interrupted: 'undoing',
} as const;

function markOf(state: SagaState, step: StepState): StepMark {
  if (step.undo !== undefined) return UNDO_MARKS[step.undo.phase];
  if (step.phase === 'done') return step.failure === undefined ? 'done' : 'failed';
  if (step.phase === 'started' && !state.atRest) return 'running';
  return step.outcome === 'unknown' ? 'unknown' : 'failed';
}

/** A word for each step: those of the plan, then those that it does not have. */
export function marksOf(state: SagaState, plan: readonly PlanStep[]): readonly Mark[] {
  const known = new Set(plan.map(({ label }) => label));
  const others = state.steps.map(({ label }) => label).filter((label) => !known.has(label));
  const shown = plan.filter(({ label, retired }) => !retired || state.step(label) !== undefined);
  return [...shown.map(({ label }) => label), ...others].map((label) => {
    const step = state.step(label);
    return { label, is: step === undefined ? 'open' : markOf(state, step) };
  });
}

interface Failed {
  readonly label: string;
  readonly error: unknown;
}

/** What a person wants to know first: the error it was parked by, else the one it compensates for. */
export function failedOf(state: SagaState): Failed | undefined {
  const { parked, cause, steps } = state;
  const undo = steps.find((step) => step.undo?.phase === 'failed');
  if (undo !== undefined && (parked?.label === undefined || parked.label === undo.label))
    return { label: undo.label, error: undo.undo?.failure?.error };
  const by = parked?.label === undefined ? undefined : state.step(parked.label)?.failure;
  if (parked?.label !== undefined && by !== undefined)
    return { label: parked.label, error: by.error };
  if (cause !== undefined) return { label: cause.label ?? '', error: cause.error };
  const step = steps.findLast(({ phase, failure }) => phase !== 'done' && failure !== undefined);
  return step && { label: step.label, error: step.failure?.error };
}
