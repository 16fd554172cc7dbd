import { createParamDecorator } from '@nestjs/common';
import { incomingHeaders } from './incoming-headers.js';
import { sagaCallOf, type SagaCall as Call, type SagaCallOptions } from './saga-call.js';

/** A call of a saga's step; a type, and a decorator that gives a handler the one it is called by. */
export type SagaCall = Call;

/**
 * The call by which a handler was reached, over HTTP or a message transport.
 *
 * @example
 * @Post('reserve') reserve(@SagaCall() call: SagaCall, @Body() dto: Reserve) {
 *   return this.barrier.do(call, (tx: EntityManager) => this.stock.reserve(tx, dto));
 * }
 */
export const SagaCall: (options?: SagaCallOptions) => ParameterDecorator = createParamDecorator(
  (options: SagaCallOptions | undefined, host) => sagaCallOf(incomingHeaders(host), options),
);
