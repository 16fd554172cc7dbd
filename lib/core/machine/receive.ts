import { shown, type SagaDefinition } from '../definition/index.js';
import { SagaStateError } from '../errors/index.js';
import { quoted, shownSaga } from '../ports/index.js';
import { refusalOfManual, refusalToCancel, verbOf, type OperatorCommand } from './guards.js';
import { firstOpenLabel, refusalOfFrom, refusalToResume, resumed } from './resume.js';
import type { ManualAct, SagaRecord } from './saga-record.js';
import type { SagaState } from './saga-state.js';

/** What reaches a saga from outside. */
export type SagaSignal = CancelSignal | ResumeSignal | CommandSignal | TakeOverSignal;

/** A cancel, by an operator or by the deadline. */
export interface CancelSignal {
  readonly type: 'cancel';
  readonly by: 'operator' | 'deadline';
  readonly reason: string;
  /** The operator, where he gave his name. */
  readonly actor?: string;
}

/** A resume: it goes forward again. */
export interface ResumeSignal {
  readonly type: 'resume';
  /** The label to go on from. @default the step that is open, else the next one */
  readonly from?: string;
  /** Who sends it, where it is an operator who gave his name. */
  readonly by?: string;
  readonly reason?: string;
}

/** An operator command. */
export interface CommandSignal {
  readonly type: 'command';
  readonly command: OperatorCommand;
  readonly by: string;
  readonly reason: string;
  /** The saga's, when it has passed: in ms since the epoch. */
  readonly missedDeadline?: number | undefined;
}

/** A take-over: another process drives it on. */
export interface TakeOverSignal {
  readonly type: 'take-over';
  readonly owner: string;
  /** Nobody died of it: it does not count as a recovery. */
  readonly orderly?: true;
  /** When the probes of what was in flight may be asked first, in ms since the epoch. */
  readonly probeAt?: number;
  /** The reason of a cancel that was left for whoever takes it over, and who left it. */
  readonly cancel?: string | null;
  readonly cancelBy?: string | null;
  /** Take-overs without progress, this one included. @default as its records tell */
  readonly recoveries?: number;
  /** So many of them are allowed. @default any number */
  readonly maxRecoveries?: number;
}

/** What becomes of a signal: records, none where it says nothing new, or why it is refused. */
export type Received = { readonly records: readonly SagaRecord[] } | { readonly refusal: string };

/**
 * Decides what a signal means for a saga: the one place for whatever reaches it from outside, as
 * `decide` is for what it does next. Pure; the records are folded by `evolve`.
 */
export function receive(
  definition: SagaDefinition,
  state: SagaState,
  signal: SagaSignal,
): Received {
  switch (signal.type) {
    case 'cancel': {
      // It compensates already, or will from its next step boundary on.
      if (state.cancel !== undefined && !state.atRest) return { records: [] };
      const refusal = refusalToCancel(state);
      return refusal === undefined ? { records: [cancelRequested(signal)] } : { refusal };
    }
    case 'resume': {
      const { from = firstOpenLabel(definition, state) } = signal;
      const refusal = refusalToResume(definition, state, from);
      return refusal === undefined
        ? { records: [resumed(definition, state, from, signal)] }
        : { refusal };
    }
    case 'command': {
      const { command } = signal;
      const refusal = refusalOfManual(state, command) ?? tooLate(definition, state, signal);
      return refusal === undefined ? { records: [manualRecord(definition, signal)] } : { refusal };
    }
    case 'take-over':
      return { records: takenOver(state, signal) };
  }
}

/**
 * As {@link receive}, for whoever must be told of a refusal.
 *
 * @throws SagaStateError with what was refused, and why.
 */
export function accept(
  { id }: { readonly id: string },
  definition: SagaDefinition,
  state: SagaState,
  signal: SagaSignal,
): readonly SagaRecord[] {
  const received = receive(definition, state, signal);
  if ('records' in received) return received.records;
  throw refused({ name: definition.name, id }, signal, received.refusal);
}

/**
 * A label that the plan does not have is refused whatever became of the saga, also of one whose resume
 * would change nothing.
 *
 * @throws SagaStateError
 */
export function checkFrom(
  { id }: { readonly id: string },
  definition: SagaDefinition,
  signal: ResumeSignal,
): void {
  const why = signal.from === undefined ? undefined : refusalOfFrom(definition, signal.from);
  if (why !== undefined) throw refused({ name: definition.name, id }, signal, why);
}

/** The error for the sender of a signal that was refused. */
export function refused(
  { name, id }: { readonly name: string; readonly id: string },
  signal: SagaSignal,
  why: string,
): SagaStateError {
  const verb = signal.type === 'command' ? verbOf(signal.command) : signal.type;
  const label = signal.type === 'resume' ? signal.from : undefined;
  const from = label === undefined ? '' : ` from ${shown(label)}`;
  return new SagaStateError(`Cannot ${verb} saga ${shownSaga(name, id)}${from}: ${why}`);
}

function cancelRequested({
  by,
  reason,
  actor,
}: Pick<CancelSignal, 'by' | 'reason'> & { readonly actor?: string | undefined }): SagaRecord {
  const named = actor === undefined ? {} : { actor };
  return { type: 'cancel-requested', by, reason, ...named };
}

/** What is done does not make a saga go on whose deadline has passed: it would be undone at once. */
function tooLate(
  definition: SagaDefinition,
  state: SagaState,
  { command, missedDeadline }: CommandSignal,
): string | undefined {
  if (missedDeadline === undefined || command.act !== 'mark-done') return undefined;
  if (state.pivoted || definition.step(command.label)?.policy.pivot === true) return undefined;
  const since = new Date(missedDeadline).toISOString();
  return (
    `its deadline passed at ${since}, so that it would not go on but be undone; ` +
    `cancel it, which undoes ${quoted(command.label)} as well, or terminate it`
  );
}

function manualRecord(
  definition: SagaDefinition,
  { command, by, reason }: CommandSignal,
): ManualAct {
  if (command.act !== 'mark-done') return { type: 'manual', ...command, by, reason };
  const { act, label, result } = command;
  const pivot = definition.step(label)?.policy.pivot ?? false;
  return { type: 'manual', act, label, result, pivot, by, reason };
}

/** A cancel resets the count of take-overs: compensating must not be parked because of earlier ones. */
function takenOver(state: SagaState, signal: TakeOverSignal): readonly SagaRecord[] {
  const { owner, orderly, probeAt, cancel, cancelBy, maxRecoveries = Infinity } = signal;
  const recovered: SagaRecord = {
    ...{ type: 'recovered', owner },
    ...(orderly && { orderly }),
    ...(probeAt !== undefined && { probeAt }),
  };
  const count = signal.recoveries ?? state.recoveries + (signal.orderly ? 0 : 1);
  if (cancel != null && state.cancel === undefined && refusalToCancel(state) === undefined) {
    const actor = cancelBy ?? undefined;
    return [recovered, cancelRequested({ by: 'operator', reason: cancel, actor })];
  }
  if (count <= maxRecoveries) return [recovered];
  return [recovered, { type: 'parked', reason: 'recovery-limit' }];
}
