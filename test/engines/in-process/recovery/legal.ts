import {
  decide,
  evolve,
  SagaState,
  type Command,
  type SagaDefinition,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';

/** What somebody outside of the machine may write. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set([
  'recovered',
  'cancel-requested',
  'resumed',
  'manual',
]);

function isAsDecided(command: Command, record: SagaRecord): boolean {
  switch (record.type) {
    case 'started':
      return command.type === 'run' && isSameAttempt(command, record);
    case 'undo-started':
      return command.type === 'undo' && isSameAttempt(command, record);
    case 'probed':
      return command.type === 'probe' && command.step.label === record.label;
    default:
      return command.type === 'record' && shown(command.record) === shown(record);
  }
}

function isSameAttempt(
  command: Extract<Command, { readonly type: 'run' | 'undo' }>,
  record: { readonly label: string; readonly attempt: number },
): boolean {
  return command.step.label === record.label && command.attempt === record.attempt;
}

function shown(record: SagaRecord): string {
  const { type, label, reason } = { label: '', reason: '', ...record };
  return record.type === 'compensating'
    ? `${type} ${record.cause.reason}`
    : `${type} ${label} ${reason}`;
}

/** Whether the machine, knowing the records before it, lets this one follow. */
function isLegal(definition: SagaDefinition, state: SagaState, record: SagaRecord): boolean {
  if (state.status === 'completed' || state.status === 'compensated') return false;
  if (FROM_OUTSIDE.has(record.type)) return true;
  switch (record.type) {
    case 'done':
    case 'failed':
      return state.step(record.label)?.phase === 'started';
    case 'undone':
    case 'undo-failed':
      return state.step(record.label)?.undo?.phase === 'started';
    case 'parked':
      if (record.reason === 'recovery-limit') return state.recoveries > 0;
      return isAsDecided(decide(definition, state), record);
    default:
      return isAsDecided(decide(definition, state), record);
  }
}

/** The records that the pure machine would not have led to. */
export function illegalRecords(
  definition: SagaDefinition,
  records: readonly SagaRecord[],
): readonly string[] {
  const state = new SagaState();
  const illegal: string[] = [];
  for (const [index, record] of records.entries()) {
    if (!isLegal(definition, state, record)) {
      illegal.push(`not as the machine decides: ${shown(record)} as record ${index + 1}`);
    }
    evolve(state, record);
  }
  return illegal;
}
