import {
  SagaOrchestratorBuilder,
  silentLogger,
  type ISagaContext,
  type SagaRecord,
} from 'nestjs-saga-orchestrator/core';

/** How the one attempt of a step went, and whether it was undone. */
export interface Attempt {
  readonly outcome: 'done' | 'not-done' | 'unknown' | undefined;
  readonly error: unknown;
  readonly isUndone: boolean;
}

/** Runs a saga of one step. */
export async function attemptOf(action: (ctx: ISagaContext<unknown>) => unknown): Promise<Attempt> {
  const records: SagaRecord[] = [];
  let isUndone = false;
  const onRecord = (_: unknown, record: SagaRecord): void => void records.push(record);
  const saga = new SagaOrchestratorBuilder('Pay', {}, silentLogger, { observers: [{ onRecord }] });
  saga.step({ label: 'Charge', action, compensate: () => void (isUndone = true) });
  await saga.runAsync().catch(() => undefined);
  const failed = records.find((record) => record.type === 'failed');
  const outcome = saga.getContext().isSuccess ? 'done' : failed?.outcome;
  return { outcome, error: failed?.error, isUndone };
}

/** The attempt must end so; an unknown one is undone, a clean failure is not. */
export async function expectOutcome(
  action: (ctx: ISagaContext<unknown>) => unknown,
  outcome: Attempt['outcome'],
): Promise<void> {
  const attempt = await attemptOf(action);
  // The error, where it is another: which client said what. As text: a client's own are circular.
  const error = attempt.outcome === outcome ? undefined : String(attempt.error);
  expect({ outcome: attempt.outcome, isUndone: attempt.isUndone, error }).toEqual({
    outcome,
    isUndone: outcome === 'unknown',
    error: undefined,
  });
}
