import { isObservable, lastValueFrom } from 'rxjs';
import type { SagaEvent, SagaLogger } from '../../core/index.js';
import { fullMessageOf, report, whenRejected } from '../../core/ports/index.js';
import type { EventHandler } from '../discovery/index.js';
import type { SagaEvents } from './saga-events.js';

/** An observable does nothing until somebody listens, as Nest does to what its own handlers return. */
async function end(returned: unknown): Promise<void> {
  const given = await returned;
  if (isObservable(given)) await lastValueFrom(given, { defaultValue: undefined });
}

/** Calls methods with what they listen to. Without any, nobody listens, and an event costs nothing. */
export function callHandlers(
  handlers: readonly EventHandler[],
  { events$ }: SagaEvents,
  logger: SagaLogger,
): void {
  if (handlers.length === 0) return;
  const byType = new Map<string, EventHandler[]>();
  for (const handler of handlers) {
    for (const type of new Set(handler.types)) {
      byType.set(type, [...(byType.get(type) ?? []), handler]);
    }
  }
  const failed = (name: string, { sagaName: saga, sagaId }: SagaEvent, error: unknown): void =>
    report(logger, 'error', `${name}, an @OnSagaEvent method, has failed`, {
      ...{ saga, sagaId, error: fullMessageOf(error) },
    });
  events$.subscribe((event) => {
    for (const { name, sagas, call } of byType.get(event.type) ?? []) {
      if (sagas?.has(event.sagaName) === false) continue;
      try {
        const returned = call(event);
        if (returned !== undefined)
          whenRejected(end(returned), (error) => failed(name, event, error));
      } catch (error) {
        failed(name, event, error);
      }
    }
  });
}
