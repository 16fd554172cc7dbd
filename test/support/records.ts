import {
  evolve,
  receive,
  SagaState,
  type Command,
  type SagaDefinition,
  type SagaRecord,
  type SagaSignal,
} from 'nestjs-saga-orchestrator/core';

const error = new Error('no stock');

/** Records as they are written, in short. */
export const started = (label: string, attempt = 1, owesUndo = true): SagaRecord => ({
  type: 'started',
  label,
  attempt,
  owesUndo,
});

export const done = (label: string, options: { pivot?: boolean; unstorable?: unknown } = {}) => [
  started(label),
  {
    type: 'done',
    label,
    attempt: 1,
    result: `${label} done`,
    pivot: options.pivot ?? false,
    ...(options.unstorable !== undefined && { unstorable: options.unstorable }),
  } as const,
];

export const failed = (
  label: string,
  outcome: 'not-done' | 'unknown' = 'not-done',
  attempt = 1,
): SagaRecord[] => [
  started(label, attempt),
  { type: 'failed', label, attempt, outcome, error, retryable: true, retryAt: 0 },
];

export const turned: SagaRecord = {
  type: 'compensating',
  cause: { reason: 'step-failed', label: 'Ship', error },
};

export const undoStarted = (label: string, attempt = 1): SagaRecord => ({
  type: 'undo-started',
  label,
  attempt,
});

export const undone = (label: string): SagaRecord[] => [
  undoStarted(label),
  { type: 'undone', label, attempt: 1 },
];

export const undoFailed = (label: string, attempt = 1, retryable = false): SagaRecord[] => [
  undoStarted(label, attempt),
  { type: 'undo-failed', label, attempt, error, retryable, retryAt: 0 },
];

export const recovered: SagaRecord = { type: 'recovered', owner: 'process-2' };

export const cancelled: SagaRecord = {
  type: 'cancel-requested',
  by: 'operator',
  reason: 'changed my mind',
};

export const parked = (reason: 'in-doubt' | 'failed-after-pivot', label: string): SagaRecord => ({
  type: 'parked',
  reason,
  label,
});

/** The fold of records, given in groups. */
export function stateOf(...records: readonly (SagaRecord | readonly SagaRecord[])[]): SagaState {
  return records.flat().reduce(evolve, new SagaState());
}

/** A command in a line: `run Charge 2`, `undo Charge 1`, `parked in-doubt Charge`, `stop`. */
export function shown(command: Command): string {
  if (command.type === 'stop') return 'stop';
  if (command.type === 'record') {
    const { type, reason, label } = command.record as {
      type: string;
      reason?: string;
      label?: string;
    };
    return [type, reason, label].filter(Boolean).join(' ');
  }
  const attempt = command.type === 'probe' ? '' : ` ${command.attempt}`;
  return `${command.type} ${command.step.label}${attempt}`;
}

/** The records that a signal becomes; `refused: …` when it is refused. */
export function receivedBy(
  definition: SagaDefinition,
  state: SagaState,
  signal: SagaSignal,
): readonly SagaRecord[] {
  const received = receive(definition, state, signal);
  if ('refusal' in received) throw new Error(`refused: ${received.refusal}`);
  return received.records;
}

/** Why a signal is refused; `undefined` when it is not. */
export function refusalOf(
  definition: SagaDefinition,
  state: SagaState,
  signal: SagaSignal,
): string | undefined {
  const received = receive(definition, state, signal);
  return 'refusal' in received ? received.refusal : undefined;
}

/** The record that sends a saga forward again. */
export const resumeOf = (definition: SagaDefinition, state: SagaState, from: string): SagaRecord =>
  receivedBy(definition, state, { type: 'resume', from })[0] as SagaRecord;
