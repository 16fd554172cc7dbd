import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { SagaDefinitionError, type SagaEvent, type SagaEventType } from '../../core/index.js';
import { EVENTS_METADATA, type EventMetadata } from './metadata.js';

/** What a method gets that listens to events of these types. */
export type SagaEventOf<T extends SagaEventType> = Extract<SagaEvent, { readonly type: T }>;

/**
 * Calls a method of a provider or controller with each event of that type, or of these, once it is durable; of these
 * sagas, named by class or name, or of all. It hears of the sagas that this process works on, and watches: nothing
 * waits for it, and what it throws is logged and changes nothing. An observable that it returns is subscribed to. What
 * must happen is a step.
 *
 * @example
 * ```ts
 * @OnSagaEvent('parked', OrderSaga)
 * page({ sagaId, reason }: SagaEventOf<'parked'>) {
 *   return this.pager.call(`order ${sagaId}: ${reason}`);
 * }
 * ```
 */
export function OnSagaEvent<T extends SagaEventType>(
  types: T | readonly T[],
  ...sagas: readonly (string | Type)[]
) {
  return <M extends (event: SagaEventOf<T>) => unknown>(
    target: object,
    method: string | symbol,
    _: TypedPropertyDescriptor<M>,
  ): void => {
    if (typeof target === 'function') {
      const name = `${target.name}.${String(method)}`;
      const why = 'it is static, and events go to methods of the instance that is provided';
      throw new SagaDefinitionError(`@OnSagaEvent on ${name}`, [why]);
    }
    const { constructor } = target;
    const known = (Reflect.getOwnMetadata(EVENTS_METADATA, constructor) ?? []) as EventMetadata[];
    // Anything else is reported when the application starts, together with all other problems.
    const all = Array.isArray(types) ? (types as readonly T[]) : [types as T];
    const metadata: readonly EventMetadata[] = [...known, { method, types: all, sagas }];
    Reflect.defineMetadata(EVENTS_METADATA, metadata, constructor);
  };
}
