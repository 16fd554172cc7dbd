import {
  defineSaga,
  silentLogger,
  type SagaDefinition,
  type SagaEngine,
  type SagaRef,
  type SagaStatus,
} from 'nestjs-saga-orchestrator/core';
import { restateEngine, type RestateEngineOptions } from 'nestjs-saga-orchestrator/restate';
import type { RestateServer } from './restate-server.js';

/** An engine on the server that knows these plans; not opened yet. */
export function engineOn(
  { ingressUrl, adminUrl }: Pick<RestateServer, 'ingressUrl' | 'adminUrl'>,
  options: RestateEngineOptions,
  ...definitions: readonly SagaDefinition[]
): SagaEngine {
  const engine = restateEngine({ ingressUrl, adminUrl, ...options }).create({
    logger: silentLogger,
  });
  for (const definition of definitions) engine.register(definition);
  return engine;
}

/** A saga of one step that does nothing. */
export function smallSaga(name: string, timeout = 1_000): SagaDefinition {
  return defineSaga(name, [{ label: 'A', timeout, action: () => 1 }]);
}

/** A saga whose last step fails, and of which nothing can be undone. */
export function stuckSaga(name: string, labels: readonly string[]): SagaDefinition {
  const fail = (): never => {
    throw new Error('no');
  };
  return defineSaga(name, [
    ...labels.map((label) => ({
      label,
      action: () => 1,
      compensate: fail,
      compensationRetry: 0,
    })),
    { label: 'Last', action: fail },
  ]);
}

/** A saga that is parked in doubt: nobody knows what became of its only step. */
export function doubtfulSaga(name: string): SagaDefinition {
  const action = () => new Promise<never>(() => undefined);
  return defineSaga(name, [
    { label: 'A', action, timeout: 20, timeoutGrace: 0, idempotent: false, pivot: true },
  ]);
}

export async function untilStatus(
  engine: SagaEngine,
  ref: SagaRef,
  status: SagaStatus,
): Promise<void> {
  const last = Date.now() + 60_000;
  for (;;) {
    const saga = await engine.get(ref);
    if (saga?.status === status) return;
    if (Date.now() > last) throw new Error(`${ref.id} is ${String(saga?.status)}, not ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
