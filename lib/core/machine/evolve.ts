import { evolveManual } from './evolve-manual.js';
import { evolveResumed } from './evolve-resumed.js';
import { refusalToCancel } from './guards.js';
import { isProgress, type SagaRecord } from './saga-record.js';
import type { SagaState } from './saga-state.js';
import { StepState, UndoState, type FailedAttempt } from './step-state.js';

type Of<T extends SagaRecord['type']> = Extract<SagaRecord, { readonly type: T }>;

/** The state of a step; a host that nobody observes does not write `started`. */
function stepOf(state: SagaState, label: string, attempt: number): StepState {
  const known = state.step(label);
  if (known !== undefined) return known;
  const step = new StepState(label, attempt, state.last);
  state.last = step;
  state.started += 1;
  return step;
}

/** A step that has begun; what is learned of it later starts no new attempt of it. */
function begunStep(state: SagaState, label: string): StepState {
  return state.step(label) ?? stepOf(state, label, 1);
}

function undoOf(state: SagaState, label: string, attempt: number): UndoState {
  const step = begunStep(state, label);
  const undo = (step.undo ??= new UndoState(attempt));
  undo.attempt = attempt;
  // Undos go in reverse order of start: none is begun before all later ones are settled.
  state.set({ back: step });
  return undo;
}

/** An effect whose result cannot be stored fails its saga, though not its step. */
function unstorable({ unstorable: error }: Of<'done' | 'probed'>): FailedAttempt | undefined {
  return error === undefined ? undefined : { error, retryable: false };
}

function onDone(state: SagaState, record: Of<'done'>): void {
  const step = stepOf(state, record.label, record.attempt);
  step.attempt = record.attempt;
  step.phase = 'done';
  step.doubt = 'none';
  step.result = record.result;
  step.failure = unstorable(record);
  if (record.pivot) state.set({ pivoted: true });
}

function onFailed(state: SagaState, record: Of<'failed'>): void {
  const step = stepOf(state, record.label, record.attempt);
  step.attempt = record.attempt;
  step.phase = 'failed';
  step.failure = record;
  if (record.outcome === 'unknown') {
    step.doubt = 'open';
    state.ask(record.label, 0, record.probeAt);
  }
}

function onProbed(state: SagaState, record: Of<'probed'>): void {
  const step = begunStep(state, record.label);
  const again = record.answer === 'unknown' && record.probeAt !== undefined;
  step.doubt = again ? 'open' : record.answer === 'unknown' ? 'probed' : 'none';
  const asked = (state.question(record.label)?.asked ?? 0) + 1;
  state.ask(record.label, asked, again ? record.probeAt : undefined);
  if (record.answer === 'done') {
    step.phase = 'done';
    step.failure = unstorable(record);
    step.result = record.result;
    if (record.pivot) state.set({ pivoted: true });
  }
}

function onUndo(undo: UndoState, record: Of<'undo-started' | 'undone' | 'undo-failed'>): void {
  switch (record.type) {
    case 'undo-started':
      undo.phase = 'started';
      break;
    case 'undone':
      undo.phase = 'done';
      break;
    case 'undo-failed':
      undo.phase = 'failed';
      undo.failure = record;
  }
}

/** What was in flight may or may not have taken effect: its process is gone. */
function onRecovered(state: SagaState, { orderly, probeAt }: Of<'recovered'>): void {
  const recoveries = state.recoveries + (orderly === true ? 0 : 1);
  // Another plan may owe what this one did not.
  state.set({ recoveries, inherited: true, back: undefined });
  for (const step of state.steps) {
    if (step.phase === 'started') {
      step.phase = 'interrupted';
      step.doubt = 'open';
      state.ask(step.label, 0, probeAt);
    }
    if (step.undo?.phase === 'started') step.undo.phase = 'interrupted';
  }
}

/** A saga that was parked on its way forward compensates instead. */
function onCancelRequested(state: SagaState, { by, reason }: Of<'cancel-requested'>): void {
  if (state.cancel === undefined) state.set({ cancel: { by, reason } });
  if (state.status !== 'parked' || refusalToCancel(state) !== undefined) return;
  state.status = 'running';
  state.set({ parked: undefined });
}

/**
 * Folds one record into the state and returns it. Deterministic, and total over the records that
 * `decide` leads to; the given state is changed in place, because a host owns its own.
 */
export function evolve(state: SagaState, record: SagaRecord): SagaState {
  // Apart, so that the compiler can put the fold of what happens most into its caller.
  if (record.type === 'done') onDone(state, record);
  else fold(state, record);
  if (state.recoveries > 0 && isProgress(record)) state.set({ recoveries: 0 });
  return state;
}

function fold(state: SagaState, record: Exclude<SagaRecord, Of<'done'>>): void {
  switch (record.type) {
    case 'started': {
      const { last } = state;
      const step = stepOf(state, record.label, record.attempt);
      if (last !== undefined && state.last !== last) state.startedAfter(last);
      step.attempt = record.attempt;
      step.phase = 'started';
      step.owesUndo = record.owesUndo;
      break;
    }
    case 'failed':
      onFailed(state, record);
      break;
    case 'probed':
      onProbed(state, record);
      break;
    case 'undo-started':
    case 'undone':
    case 'undo-failed':
      onUndo(undoOf(state, record.label, record.attempt), record);
      break;
    case 'cancel-requested':
      onCancelRequested(state, record);
      break;
    case 'manual':
      evolveManual(state, record);
      break;
    case 'compensating':
      state.status = 'compensating';
      state.set({ cause: record.cause });
      break;
    case 'recovered':
      onRecovered(state, record);
      break;
    case 'resumed':
      evolveResumed(state, record);
      break;
    case 'completed':
    case 'compensated':
      state.status = record.type;
      break;
    case 'parked': {
      const { reason, label } = record;
      state.status = 'parked';
      state.set({ parked: label === undefined ? { reason } : { reason, label } });
      break;
    }
    default:
      if (record.type !== 'accepted') unreachable(record);
  }
}

function unreachable(record: never): never {
  throw new TypeError(`Unknown record: ${JSON.stringify(record)}`);
}
