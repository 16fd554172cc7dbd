import { isSagaError } from '../core/index.js';
import { statusOf } from '../nest/index.js';
import { Call } from './call.js';
import type { Dashboard } from './dashboard.js';
import { secure } from './headers.js';
import { Refusal, type Incoming, type Outgoing } from './http.js';
import { events, type Route } from './routes/index.js';
import { serveFeed } from './serve-feed.js';

interface Failure {
  readonly status: number;
  readonly error: string;
  readonly code?: string;
}

/** What went wrong, for people; of what is no fault of theirs nothing but that it did. */
function failureOf(error: unknown): Failure {
  if (error instanceof Refusal) {
    const { status, message, code } = error;
    return { status, error: message, ...(code === undefined ? {} : { code }) };
  }
  if (isSagaError(error) && statusOf(error) !== 500)
    return { status: statusOf(error), error: error.message, code: error.code };
  return { status: 500, error: 'The dashboard has failed; the log of the application says how' };
}

function sendJson(out: Outgoing, status: number, body: unknown): void {
  secure(out)
    .status(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/**
 * Answers by itself, so that what the application does to answers and errors of its own (interceptors
 * that wrap them, filters) changes nothing of these.
 */
export async function serve(
  dashboard: Dashboard,
  route: Route,
  request: Incoming,
  out: Outgoing,
): Promise<void> {
  try {
    const call = Call.of(request, dashboard.settings);
    await call.allow('view');
    if (route === events) serveFeed(dashboard, request, out);
    else sendJson(out, 200, await route.answer(dashboard, call));
  } catch (error) {
    const { status, ...body } = failureOf(error);
    if (status === 500) dashboard.report(error);
    sendJson(out, status, body);
  }
}
