import { setTimeout as sleep } from 'node:timers/promises';
import {
  isSagaError,
  SagaOrchestratorBuilder,
  silentLogger,
  type SagaDefinition,
} from 'nestjs-saga-orchestrator/core';
import type { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { SAGA_ID } from './cases.js';
import type { Ledger } from './ledger.js';

/** Whose journal lies may never be told; what rests is known at once. */
const PATIENCE_MS = 20_000;

/** Asks for the saga, for the first time or again, waits for its end, and notes what it was told. */
export async function ask(
  engine: InProcessEngine,
  definition: SagaDefinition,
  ledger: Ledger,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const options = { host: engine, definition, id: SAGA_ID };
  const data = { trail: [] };
  const saga = new SagaOrchestratorBuilder(definition.name, data, silentLogger, options);
  const handle = await saga.start();
  ledger.write({ kind: 'accepted' });
  const told = handle.result().then(
    () => 'completed',
    (error: unknown) => {
      if (!isSagaError(error, 'SAGA_EXECUTION')) return String(error);
      return (error as { status?: string }).status ?? 'unknown';
    },
  );
  const silence = new AbortController();
  const limit = sleep(patienceMs, 'nothing', { signal: silence.signal }).catch(() => 'nothing');
  const status = await Promise.race([told, limit]);
  silence.abort();
  ledger.write({ kind: 'answer', status });
}
