import type { Command, SagaDefinition, SagaRecord, SagaState } from 'nestjs-saga-orchestrator/core';
import type { Invariant } from './oracle.js';
import { MACHINE, type Machine } from './pure-host.js';

/** A machine with one defect that somebody could make, and the rule which must show it. */
export interface BrokenMachine {
  readonly defect: string;
  readonly breaks: Invariant;
  readonly machine: Machine;
}

type Decide = (definition: SagaDefinition, state: SagaState, right: Command) => Command;
type Evolve = (state: SagaState, record: SagaRecord) => void;

/** Decides otherwise than the machine would. */
function deciding(defect: string, breaks: Invariant, wrong: Decide): BrokenMachine {
  const decide = (definition: SagaDefinition, state: SagaState): Command =>
    wrong(definition, state, MACHINE.decide(definition, state));
  return { defect, breaks, machine: { ...MACHINE, decide } };
}

/** Does something to the state after a record was folded into it. */
function folding(defect: string, breaks: Invariant, after: Evolve): BrokenMachine {
  const evolve = (state: SagaState, record: SagaRecord): SagaState => {
    MACHINE.evolve(state, record);
    after(state, record);
    return state;
  };
  return { defect, breaks, machine: { ...MACHINE, evolve } };
}

/** Does not see records of one kind. */
function blindTo(defect: string, breaks: Invariant, type: SagaRecord['type']): BrokenMachine {
  const evolve = (state: SagaState, record: SagaRecord): SagaState =>
    record.type === type ? state : MACHINE.evolve(state, record);
  return { defect, breaks, machine: { ...MACHINE, evolve } };
}

const record = (of: SagaRecord): Command => ({ type: 'record', record: of });

function isRecord(command: Command, type: SagaRecord['type']): boolean {
  return command.type === 'record' && command.record.type === type;
}

function parksFor(command: Command, reason: string): boolean {
  return (
    command.type === 'record' &&
    command.record.type === 'parked' &&
    command.record.reason === reason
  );
}

/** The last started step once more, while it is worth a try. */
function again(definition: SagaDefinition, state: SagaState, otherwise: Command): Command {
  const step = definition.step(state.last?.label ?? '');
  if (state.last === undefined || step?.action === undefined) return otherwise;
  if (state.last.phase !== 'failed' || state.last.attempt > 9) return otherwise;
  return { type: 'run', step, attempt: state.last.attempt + 1, notBefore: 0 };
}

export const BROKEN_MACHINES: readonly BrokenMachine[] = [
  deciding('undoes in order of start', 'reverse-order', (definition, state, right) => {
    if (right.type !== 'undo') return right;
    for (const { label, outcome, undo } of state.steps) {
      const step = definition.step(label);
      if (outcome === 'not-done' || undo?.phase === 'done' || !step?.compensate) continue;
      return { type: 'undo', step, attempt: (undo?.attempt ?? 0) + 1, notBefore: 0 };
    }
    return right;
  }),
  folding('takes an unknown outcome for a clean failure', 'compensated-means-undone', (state) => {
    for (const step of state.steps) step.doubt = 'none';
  }),
  deciding('retries after it began to undo', 'no-action-after-turn', (definition, state, right) =>
    state.status === 'compensating' ? again(definition, state, right) : right,
  ),
  deciding(
    'calls it compensated although an undo failed',
    'compensated-means-undone',
    (_, __, right) =>
      parksFor(right, 'compensation-failed') ? record({ type: 'compensated' }) : right,
  ),
  blindTo('does not heed a cancel', 'no-action-after-cancel', 'cancel-requested'),
  folding('forgets that the pivot is done', 'pivot-is-final', (state) => {
    state.set({ pivoted: false });
  }),
  deciding(
    'repeats in doubt what must not be repeated',
    'no-blind-repeat',
    (definition, state, right) =>
      parksFor(right, 'in-doubt')
        ? again(definition, { ...state, last: interrupted(state) } as SagaState, right)
        : right,
  ),
  deciding('gives up at the first undo that fails', 'every-undo-tried', (_, state, right) =>
    state.status === 'compensating' && state.steps.some(({ undo }) => undo?.phase === 'failed')
      ? record({ type: 'parked', reason: 'compensation-failed' })
      : right,
  ),
  deciding(
    'goes on undoing although it was told to halt',
    'halts-when-told',
    (definition, state, right) =>
      MACHINE.decide(
        { ...view(definition), onCompensationFailure: 'continue' } as SagaDefinition,
        state,
      ) ?? right,
  ),
  blindTo('does not remember what it has undone', 'never-again', 'undone'),
  folding('does not remember that an action is done', 'never-again', (state, { type }) => {
    if (type === 'done' && state.last !== undefined) state.last.phase = 'interrupted';
  }),
  deciding('leaves the second step out', 'completed-means-done', (definition, _, right) =>
    right.type === 'run' && right.attempt === 1 && right.step === definition.forward[1]
      ? record({ type: 'completed' })
      : right,
  ),
  deciding('retries without an end', 'attempt-limit', (definition, state, right) =>
    isRecord(right, 'compensating') ? again(definition, state, right) : right,
  ),
  folding('counts attempts anew after a probe', 'attempt-limit', (state, { type }) => {
    if (type === 'probed' && state.last !== undefined) state.last.attempt = 1;
  }),
  deciding('turns an undone saga into a success', 'one-end', (_, state, right) =>
    state.status === 'compensated' ? record({ type: 'completed' }) : right,
  ),
  folding(
    'goes forward in the middle of its own undo',
    'no-action-after-turn',
    (state, { type }) => {
      if (type !== 'undone') return;
      state.status = 'running';
      state.set({ cause: undefined });
      if (state.last !== undefined)
        Object.assign(state.last, { phase: 'done', failure: undefined });
    },
  ),
  folding('does not ask the probe', 'probe-first', (state) => {
    for (const step of state.steps) if (step.doubt === 'open') step.doubt = 'probed';
  }),
  deciding(
    'finds the next step by counting',
    'completed-means-done',
    (definition, state, right) => {
      if (right.type !== 'run' || right.attempt > 1 || state.last?.phase === 'failed') return right;
      if (state.last !== undefined && state.last.phase !== 'done') return right;
      const step = definition.forward[state.started + state.skipped.length];
      return step === undefined ? record({ type: 'completed' }) : { ...right, step };
    },
  ),
  deciding('forgets an undo that a deploy removed', 'compensated-means-undone', (_, __, right) =>
    parksFor(right, 'definition-mismatch') ? record({ type: 'compensated' }) : right,
  ),
  folding('stops when its process comes back', 'comes-to-rest', (state, { type }) => {
    if (type === 'recovered') Object.assign(state, { status: 'waiting' });
  }),
];

function interrupted(state: SagaState): object | undefined {
  const { last } = state;
  return last && { label: last.label, attempt: last.attempt, phase: 'failed' };
}

/** A definition whose getters and methods survive a spread. */
function view(definition: SagaDefinition): object {
  const { steps, forward, name, version } = definition;
  return { steps, forward, name, version, step: (label: string) => definition.step(label) };
}
