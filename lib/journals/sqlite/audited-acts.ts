import type { ForgetRequest } from '../../core/index.js';
import type { Claims } from './claims.js';
import type { Write } from './operations.js';
import type { Operators } from './operators.js';

/** The audit is told of it where it was left: not of a saga at rest. */
export function requestCancel(
  claims: Claims,
  operators: Operators,
  { ref, reason, audit }: Extract<Write, { readonly kind: 'cancel' }>,
  now: number,
): void {
  const isLeft = claims.requestCancel(ref, reason, audit?.by ?? null, now);
  if (isLeft && audit !== undefined) operators.write([audit], 'requested', now);
}

/** The audit is told of what was deleted by its name, and not of retention. */
export function forget(
  claims: Claims,
  operators: Operators,
  request: ForgetRequest,
  now: number,
): number {
  const gone = claims.forget(request, now);
  const audit = 'ref' in request ? request.audit : undefined;
  if (gone > 0 && audit !== undefined) operators.write([audit], 'done', now);
  return gone;
}
