import type { SagaDefinition } from 'nestjs-saga-orchestrator/core';
import type { EngineTrace } from 'nestjs-saga-orchestrator/testing';
import { violationsOf } from '../support/oracle.js';
import { planOf, type TraceEntry } from '../support/trace.js';

/** Judges what an engine did by the oracle that judges the pure machine. */
export function judge(definition: SagaDefinition, trace: EngineTrace): void {
  const entries = trace.map((entry): TraceEntry =>
    entry.kind === 'deploy' ? { kind: 'deploy', plan: planOf(entry.definition) } : entry,
  );
  expect(violationsOf(planOf(definition), entries)).toEqual([]);
}
