import { refuseProblems } from '../definition/index.js';
import type { SagaHeaders } from '../execution/index.js';
import { headersOf, headersProblems } from './headers.js';
import type { StartRequest } from './start-request.js';
import { fullMessageOf, report, whenRejected, type SagaLogger } from '../ports/index.js';

/** Whose start it is. */
export interface StartedSaga {
  readonly sagaName: string;
  readonly sagaId: string;
}

/**
 * Called with every start, in the context of its caller: what it returns is kept with the saga, like
 * the `headers` of a start; where both have a name, that of the start counts.
 */
export type StartHeaders = (saga: StartedSaga) => SagaHeaders | undefined;

/**
 * The start request with what the provider adds. One that fails is logged; the saga starts all the
 * same.
 */
export function withStartHeaders(
  request: StartRequest,
  provider: StartHeaders | undefined,
  sagaName: string,
  logger: SagaLogger,
): StartRequest {
  if (provider === undefined) return request;
  const sagaId = request.id;
  try {
    const given: unknown = provider({ sagaName, sagaId });
    if (given === undefined) return request;
    if (given instanceof Promise) {
      whenRejected(given, () => undefined);
      throw new TypeError('it answered a promise; it must answer headers at once');
    }
    refuseProblems(headersProblems(given));
    const headers = headersOf({ ...(given as SagaHeaders), ...request.headers });
    refuseProblems(headersProblems(headers));
    return { ...request, headers };
  } catch (error) {
    const message = 'startHeaders failed; the saga is started without what it would have added';
    report(logger, 'error', message, { saga: sagaName, sagaId, error: fullMessageOf(error) });
    return request;
  }
}
