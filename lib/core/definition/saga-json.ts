import type { ISagaRunContext } from './saga-context.js';

/** A saga for an answer: what it is and its data, no plan and no results. */
export interface SagaJson {
  readonly sagaId: string;
  readonly sagaName: string;
  readonly isSuccess: boolean;
  readonly context: unknown;
}

/** For `toJSON`: a controller may return a saga, whose own fields go in circles. */
export function sagaJson(saga: ISagaRunContext<unknown>): SagaJson {
  const { sagaId, sagaName, isSuccess, context } = saga;
  return { sagaId, sagaName, isSuccess, context };
}
