import { type SagaDefinition } from '../definition/index.js';
import { quoted } from '../ports/index.js';
import { MISMATCH, nextStep } from './next-step.js';
import type { SagaRecord } from './saga-record.js';
import type { SagaState } from './saga-state.js';

/**
 * The label a resume goes on from when none is given: the open step, else the next one, else the
 * last.
 */
export function firstOpenLabel(definition: SagaDefinition, state: SagaState): string {
  const open = state.steps.find((step) => step.phase !== 'done');
  const next = nextStep(definition, state);
  return open?.label ?? (next === MISMATCH ? undefined : next?.label) ?? state.last?.label ?? '';
}

/** Why there is no resume from that label, whatever became of the saga. */
export function refusalOfFrom({ forward }: SagaDefinition, from: string): string | undefined {
  if (forward.some(({ label }) => label === from)) return undefined;
  return `its labels are ${forward.map(({ label }) => quoted(label)).join(', ')}`;
}

function before(definition: SagaDefinition, from: string): readonly string[] {
  const labels = definition.forward.map(({ label }) => label);
  return labels.slice(0, labels.indexOf(from));
}

/**
 * Why a saga cannot go forward again from a label: it is unknown, a step before it is not done, or the
 * saga has begun to undo; what was undone is never resurrected.
 */
export function refusalToResume(
  definition: SagaDefinition,
  state: SagaState,
  from: string,
): string | undefined {
  const unknown = refusalOfFrom(definition, from);
  if (unknown !== undefined) return unknown;
  if (state.cause !== undefined || state.status === 'compensated') {
    return 'it has begun to undo its steps; start a new saga';
  }
  if (state.parked?.reason === 'terminated') return 'it was terminated';
  const done = before(definition, from);
  const open = state.steps.find((step) => step.phase !== 'done' && done.includes(step.label));
  if (open === undefined) return undefined;
  return `step ${quoted(open.label)} was started and is not done; resume from it`;
}

/**
 * Steps before it that have a record count as executed; those without one are skipped, and never undone.
 */
export function resumed(
  definition: SagaDefinition,
  state: SagaState,
  from: string,
  { by, reason }: { readonly by?: string; readonly reason?: string } = {},
): SagaRecord {
  const known = new Set([...state.skipped, ...state.steps.map((step) => step.label)]);
  const skip = before(definition, from).filter((label) => !known.has(label));
  const named = {
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
  };
  return { type: 'resumed', skip, ...named };
}
