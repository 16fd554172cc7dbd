import type { StepDefinition } from '../definition/index.js';
import { isSagaError, SagaResultError } from '../errors/index.js';
import { messageOf } from '../ports/index.js';
import type { ActionContext } from './action-context.js';
import { errOf, unwrap, whole } from './returned.js';

type Call = (ctx: never, tx?: unknown) => unknown;

/** @throws SagaResultError for a result that is wrong */
async function checked({ label, policy }: StepDefinition, result: unknown): Promise<unknown> {
  try {
    return await policy.checkResult?.(result);
  } catch (cause) {
    if (isSagaError(cause, 'SAGA_RESULT')) throw cause;
    throw new SagaResultError(label, [{ path: '', message: messageOf(cause) }], { cause });
  }
}

/** The action of a step, and what looks at its result: both within its time limit, its transaction and its barrier. */
export function checkedAction(step: StepDefinition): Call {
  const action = step.action as Call;
  if (step.policy.checkResult === undefined) return action;
  return async (ctx: ActionContext, tx: unknown) => {
    const returned = await whole(action(ctx as never, tx), ctx);
    return errOf(returned) === undefined ? checked(step, unwrap(returned)) : returned;
  };
}

/** The same of its probe, where that brings the result back. */
export function checkedProbe(step: StepDefinition): Call | undefined {
  const { checkResult, probe } = step.policy;
  if (checkResult === undefined || probe === undefined) return probe;
  return async (ctx: ActionContext) => {
    const given = unwrap(await whole((probe as Call)(ctx as never), ctx));
    const { outcome, result } = Object(given) as { outcome?: unknown; result?: unknown };
    if (outcome !== 'done' || result === undefined) return given;
    return { outcome, result: await checked(step, result) };
  };
}

/** Whether it is an effect that stands, although its attempt has failed. */
export function isWrongResult(
  { policy }: StepDefinition,
  thrown: unknown,
): thrown is SagaResultError {
  return !policy.transaction && !policy.barrier && isSagaError(thrown, 'SAGA_RESULT');
}
