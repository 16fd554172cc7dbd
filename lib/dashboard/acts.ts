import type { SagaAct as CoreAct, SagaDetails, SagaRequest } from '../core/index.js';
import type { SagaOperations } from '../nest/index.js';
import { Refusal } from './http.js';
import type { ActRequest, DashboardAct, SagaAct } from './ui/wire.js';

/** Under which permission an act falls. */
export const PERMISSION = {
  cancel: 'cancel',
  resume: 'resume',
  'retry-undos': 'retry-undos',
  'mark-compensated': 'mark',
  'mark-done': 'mark',
  'mark-not-done': 'mark',
  terminate: 'terminate',
  forget: 'forget',
} as const satisfies Readonly<Record<SagaAct, DashboardAct>>;

/** What nothing brings back: the id is to be typed. */
const CONFIRMED: readonly SagaAct[] = ['terminate', 'forget'];
const LABELLED: readonly SagaAct[] = ['mark-compensated', 'mark-done', 'mark-not-done'];

/** Why it is done, as it is kept. @throws Refusal */
export function reasonOf(reason: unknown): string {
  if (typeof reason === 'string' && reason.trim().length >= 3 && reason.length <= 1_000)
    return reason.trim();
  throw new Refusal(400, 'Say why, in 3 to 1,000 characters');
}

/** @throws Refusal for a body that asks for no act */
export function actOf(body: unknown): ActRequest {
  const { act, name, id, label, reason, confirm, result } = (body ?? {}) as Partial<
    Record<keyof ActRequest, unknown>
  >;
  const refuse = (why: string): never => {
    throw new Refusal(400, why);
  };
  if (typeof act !== 'string' || !Object.hasOwn(PERMISSION, act)) return refuse('Unknown act');
  const known = act as SagaAct;
  if (typeof name !== 'string' || typeof id !== 'string') return refuse('name and id are missing');
  const why = reasonOf(reason);
  if (LABELLED.includes(known) && typeof label !== 'string') return refuse('label is missing');
  if (CONFIRMED.includes(known) && confirm !== id) return refuse(`Type the id to confirm: ${id}`);
  return {
    ...{ act: known, name, id, reason: why, result },
    ...(typeof label === 'string' ? { label } : {}),
  };
}

/** Carries it out. @throws SagaError where the saga does not take it as it stands */
export async function perform(
  operations: SagaOperations,
  { name, id }: SagaDetails,
  { act, label = '', reason, result }: ActRequest,
  by: string,
): Promise<void> {
  const why = { by, reason, origin: 'dashboard' };
  switch (act) {
    case 'cancel':
      return operations.cancel(name, id, why);
    case 'resume':
      await operations.resume(name, id, why);
      return;
    case 'retry-undos':
      return operations.retryCompensation(name, id, why);
    case 'mark-compensated':
      return operations.markCompensated(name, id, label, why);
    case 'mark-done':
      return operations.markStepDone(name, id, label, { ...why, result });
    case 'mark-not-done':
      return operations.markStepNotDone(name, id, label, why);
    case 'terminate':
      return operations.terminate(name, id, why);
    case 'forget':
      return operations.forget(name, id, why);
  }
}

function coreActOf({ act, label = '', result }: ActRequest): CoreAct {
  switch (act) {
    case 'retry-undos':
      return { act: 'retry-compensation' };
    case 'mark-done':
      return { act, label, ...(result === undefined ? {} : { result }) };
    case 'mark-compensated':
    case 'mark-not-done':
      return { act, label };
    default:
      return { act };
  }
}

/** Leaves it for a process that knows the saga. */
export function requested(
  operations: SagaOperations,
  { name, id }: SagaDetails,
  asked: ActRequest,
  by: string,
): Promise<SagaRequest> {
  const why = { by, reason: asked.reason, origin: 'dashboard' };
  return operations.request(name, id, coreActOf(asked), why);
}
