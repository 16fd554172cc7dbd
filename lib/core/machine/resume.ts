import { shown, type SagaDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import type { SagaRecord } from './saga-record.js';
import type { SagaState } from './saga-state.js';
import { quoted, shownWhole } from '../ports/index.js';

function refuse({ name }: SagaDefinition, from: string, why: string): never {
  throw new SagaStateError(`Cannot resume ${shownWhole(name)} from ${from}: ${why}`);
}

/** Where a step stands in the plan. @throws SagaStateError when there is none of that label */
export function stepIndex(definition: SagaDefinition, label: string): number {
  const index = definition.forward.findIndex((step) => step.label === label);
  if (index >= 0) return index;
  const known = definition.forward.map((step) => quoted(step.label)).join(', ');
  refuse(definition, shown(label), `its labels are ${known}`);
}

/**
 * The record that sends a saga forward again from a label. Steps before it that have a record count
 * as executed; those without one are skipped, and never undone.
 *
 * @throws SagaStateError when the label is unknown, a step before it is not done, or the saga has
 * begun to undo: what was undone is never resurrected.
 */
export function resumeRecord(
  definition: SagaDefinition,
  state: SagaState,
  fromLabel: string,
): SagaRecord {
  const index = stepIndex(definition, fromLabel);
  const from = quoted(fromLabel);
  if (state.cause !== undefined || state.status === 'compensated') {
    refuse(definition, from, 'it has begun to undo its steps; start a new saga');
  }
  if (state.parked?.reason === 'terminated') {
    refuse(definition, from, 'it was terminated');
  }
  const before = definition.forward.slice(0, index).map((step) => step.label);
  const open = state.steps.find((step) => step.phase !== 'done' && before.includes(step.label));
  if (open !== undefined) {
    const label = quoted(open.label);
    refuse(definition, from, `step ${label} was started and is not done; resume from it`);
  }
  const known = new Set([...state.skipped, ...state.steps.map((step) => step.label)]);
  return { type: 'resumed', skip: before.filter((label) => !known.has(label)) };
}
