/** The idempotency key of whoever calls. These names are for ever: services of several versions meet. */
export const SAGA_KEY = 'saga-key';
/** The idempotency key of the action that is to be undone. */
export const SAGA_UNDO_OF = 'saga-undo-of';

/** What {@link sagaHeaders} reads of the context of an action, a probe or a compensation. */
export interface SagaHeaderSource {
  readonly idempotencyKey: string;
  /** Of a compensation alone. */
  readonly actionIdempotencyKey?: string;
}

/**
 * What a step sends along with its request, so that the participant's barrier knows the action and its undo.
 * Over HTTP as headers; over a message transport as the headers of its record, or, where it has none
 * (TCP, Redis), as `headers` of the payload.
 *
 * @example
 * await this.http.post(url, order, { headers: sagaHeaders(ctx) });
 * await lastValueFrom(this.client.send('stock.reserve', { ...order, headers: sagaHeaders(ctx) }));
 */
export function sagaHeaders(ctx: SagaHeaderSource): Record<string, string> {
  const { idempotencyKey, actionIdempotencyKey } = ctx;
  return {
    [SAGA_KEY]: idempotencyKey,
    ...(actionIdempotencyKey === undefined ? {} : { [SAGA_UNDO_OF]: actionIdempotencyKey }),
  };
}
