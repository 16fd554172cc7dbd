import {
  explain,
  NO_WAKE_TIME,
  type SagaDetails,
  type SagaDefinition,
  type SagaState,
} from '../../core/index.js';
import { offersOf } from '../offers.js';
import { failedOf, marksOf, stateOf } from '../state.js';
import type { PlanStep, Row, Saga } from '../ui/wire.js';

const LONGEST_LINE = 300;

/** Of an error as events have it. */
function lineOf(error: unknown): string {
  const { message } = (error ?? {}) as { readonly message?: unknown };
  const line = (typeof message === 'string' ? message : '').replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
}

/** One saga in a list. */
export function rowOf(
  saga: SagaDetails,
  plan: readonly PlanStep[] | undefined,
  state: SagaState = stateOf(saga.timeline),
): Row {
  const failed = saga.status === 'completed' ? undefined : failedOf(state);
  const { key, wakeAt, damage, parkReason } = saga;
  return {
    ...{ name: saga.name, id: saga.id, version: saga.version, status: saga.status },
    ...{ tags: saga.tags, recoveries: saga.recoveries },
    createdAt: saga.createdAt.getTime(),
    updatedAt: saga.updatedAt.getTime(),
    ...(key === undefined ? {} : { key }),
    ...(wakeAt === undefined ? {} : { wakeAt: wakeTimeOf(wakeAt) }),
    ...(damage === undefined ? {} : { damage }),
    ...(parkReason === undefined ? {} : { parkReason }),
    marks: marksOf(state, plan ?? []),
    ...(failed === undefined
      ? {}
      : { failed: { label: failed.label, message: lineOf(failed.error) } }),
  };
}

/** `null`: until somebody wakes it. */
function wakeTimeOf(wakeAt: Date): number | null {
  const at = wakeAt.getTime();
  return at === NO_WAKE_TIME ? null : at;
}

/** One saga, looked at closely; `definition` says which acts it takes. */
export function sagaOf(
  saga: SagaDetails,
  plan: readonly PlanStep[] | undefined,
  definition: SagaDefinition | undefined,
): Saga {
  const state = stateOf(saga.timeline);
  return {
    ...rowOf(saga, plan, state),
    account: explain(state),
    offers: definition === undefined ? [] : offersOf(state, definition),
    plan: plan ?? [],
    planKnown: plan !== undefined,
    timeline: saga.timeline,
  };
}
