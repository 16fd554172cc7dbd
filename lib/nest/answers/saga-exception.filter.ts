import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isSagaError, type SagaError, type SagaLogger } from '../../core/index.js';
import { fullMessageOf, report, type LogLevel } from '../../core/ports/index.js';
import type { SagaModuleOptions } from '../saga-module-options.js';
import { SAGA_LOGGER, SAGA_OPTIONS } from '../tokens.js';
import { problemOf } from './problem.js';
import { answerHttp, graphqlError, rpcError } from './transports.js';

/** Stands for the errors of every loaded copy of this package: Nest asks by `instanceof`. */
class AnySagaError {
  static [Symbol.hasInstance](error: unknown): boolean {
    return isSagaError(error);
  }
}

const LEVELS: Readonly<Record<number, LogLevel>> = { 400: 'warn', 500: 'error', 503: 'warn' };

/**
 * Answers requests whose saga failed, or could not be started: over HTTP as `application/problem+json`, to GraphQL
 * as an error with `extensions`, over Nest's transports as what the client's call rejects with. Nothing of an
 * error's own text gets out; what no other line in the log tells is logged here.
 *
 * @example
 * providers: [{ provide: APP_FILTER, useClass: SagaExceptionFilter }]
 */
@Catch(AnySagaError)
export class SagaExceptionFilter implements ExceptionFilter<SagaError> {
  constructor(
    @Inject(SAGA_OPTIONS) private readonly options: SagaModuleOptions,
    @Inject(SAGA_LOGGER) private readonly logger: SagaLogger,
    private readonly http: HttpAdapterHost,
  ) {}

  /** @returns what Nest hands on where there is no response to write to. */
  catch(error: SagaError, host: ArgumentsHost): unknown {
    const problem = problemOf(error, this.options.httpStatus ?? {});
    // Every saga that has ended is in the log already.
    if (error.code !== 'SAGA_EXECUTION') {
      const fields = { code: error.code, error: fullMessageOf(error) };
      const level = LEVELS[problem.status] ?? 'debug';
      report(this.logger, level, `A request was answered with ${problem.status}`, fields);
    }
    switch (host.getType<'http' | 'rpc' | 'graphql'>()) {
      case 'http':
        return answerHttp(this.http.httpAdapter, host, problem);
      case 'graphql':
        return graphqlError(problem);
      case 'rpc':
        return rpcError(host, problem);
      default:
        throw error;
    }
  }
}
