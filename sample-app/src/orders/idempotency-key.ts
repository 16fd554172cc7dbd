import { BadRequestException, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';

const HEADER = 'Idempotency-Key';
const RULE = /^[A-Za-z0-9_-]{1,64}$/;

/** The request's `Idempotency-Key`, if it has one; 400 for one that cannot be a saga's id. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
  const key = headers[HEADER.toLowerCase()];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && RULE.test(key)) return key;
  const shown = JSON.stringify(key).slice(0, 80);
  throw new BadRequestException([
    `${HEADER} must be 1 to 64 letters, digits, - or _ (got ${shown})`,
  ]);
});
