import type { ArgumentsHost } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
import type { SagaProblem } from './problem.js';

/** After how many seconds a client may ask again for what another process goes on with. */
const RETRY_AFTER = '5';

/** Of any platform: its adapter knows how. */
export function answerHttp(
  adapter: Pick<AbstractHttpAdapter, 'end' | 'isHeadersSent' | 'reply' | 'setHeader'>,
  host: ArgumentsHost,
  problem: SagaProblem,
): void {
  const response: unknown = host.switchToHttp().getResponse();
  if (adapter.isHeadersSent(response)) {
    adapter.end(response);
    return;
  }
  adapter.setHeader(response, 'Content-Type', 'application/problem+json');
  if (problem.status === 503) adapter.setHeader(response, 'Retry-After', RETRY_AFTER);
  // As text: of an object, Nest 11 says on Express that it is plain JSON.
  adapter.reply(response, JSON.stringify(problem), problem.status);
}

/** What a resolver returns as an error goes to the client with its `extensions`. */
export function graphqlError(problem: SagaProblem): Error {
  const { type: _, title: __, detail, ...extensions } = problem;
  return Object.assign(new Error(detail), { extensions });
}

/** gRPC knows its own numbers: INVALID_ARGUMENT, NOT_FOUND, INTERNAL, UNAVAILABLE; else FAILED_PRECONDITION. */
const GRPC: Readonly<Record<number, number>> = { 400: 3, 404: 5, 500: 13, 503: 14 };
const FAILED_PRECONDITION = 9;

function isGrpc(host: ArgumentsHost): boolean {
  const call = host.getArgByIndex<{ readonly sendMetadata?: unknown } | undefined>(2);
  return typeof call?.sendMetadata === 'function';
}

/** What a handler of messages sends to its client in place of an answer. */
export function rpcError(host: ArgumentsHost, problem: SagaProblem): Observable<never> {
  const { detail: message, status: statusCode, code, sagaId } = problem;
  const error = isGrpc(host)
    ? { code: GRPC[statusCode] ?? FAILED_PRECONDITION, message: `${code}: ${message}` }
    : { status: 'error', statusCode, message, code, sagaId };
  return throwError(() => error);
}
