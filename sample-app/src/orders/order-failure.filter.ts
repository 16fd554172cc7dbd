import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { SagaError, SagaExecutionException } from 'nestjs-saga-orchestrator';
import { failureAnswer } from './failure-answer.js';

/** Answers a request whose saga failed: the right status, the saga's id, and no internals. */
@Catch(SagaError)
export class OrderFailureFilter implements ExceptionFilter<SagaError> {
  readonly #logger = new Logger('Orders');

  constructor(private readonly http: HttpAdapterHost) {}

  catch(error: SagaError, host: ArgumentsHost): void {
    const answer = failureAnswer(error);
    // Every saga that has ended is in the log already.
    if (!(error instanceof SagaExecutionException)) this.#logger.warn(error.message);
    this.http.httpAdapter.reply(host.switchToHttp().getResponse(), answer, answer.statusCode);
  }
}
