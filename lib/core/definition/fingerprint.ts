import { createHash } from 'node:crypto';
import type { StepDefinition } from './step-definition.js';

/** 16 hex digits over what unfinished sagas depend on; timeouts and retry policies may change freely. */
export function fingerprintOf(
  version: number,
  onCompensationFailure: string,
  steps: readonly StepDefinition[],
): string {
  const plan = [
    version,
    onCompensationFailure,
    steps.map(({ label, action, compensate, policy }) => [
      label,
      action === undefined,
      compensate !== undefined,
      policy.pivot,
      policy.compensateOn,
      policy.idempotent,
      policy.probe !== undefined,
    ]),
  ];
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
}
