import { createHash } from 'node:crypto';

/**
 * The key of one direction of one step of one saga: the same over attempts and recoveries. A hash of
 * the quoted parts, so that no two tuples can run into each other, and short and plain enough for
 * the idempotency header of every payment provider (37 ASCII characters).
 */
export function idempotencyKey(
  sagaName: string,
  sagaId: string,
  label: string,
  direction: 'do' | 'undo',
): string {
  const parts = JSON.stringify([sagaName, sagaId, label, direction]);
  return `saga_${createHash('sha256').update(parts).digest('base64url').slice(0, 32)}`;
}
