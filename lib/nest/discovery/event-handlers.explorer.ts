import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { shown } from '../../core/definition/index.js';
import { SAGA_EVENT_TYPES } from '../../core/events/index.js';
import { SagaDefinitionError, type SagaEvent } from '../../core/index.js';
import type { EventMetadata } from '../decorators/index.js';
import { eventMetadataOf, sagaMetadataOf } from './saga-metadata.accessor.js';
import { classOf, isClass, isSingleton, type Constructor, type Wrapper } from './wrapper.js';

/** A method with `@OnSagaEvent`. */
export interface EventHandler {
  /** For the log: `Notifier.page`. */
  readonly name: string;
  readonly types: readonly string[];
  /** The names of its sagas; `undefined`: all. */
  readonly sagas: ReadonlySet<string> | undefined;
  readonly call: (event: SagaEvent) => unknown;
}

function typeProblems(types: readonly string[]): readonly string[] {
  if (types.length === 0) return ['it names no type of event'];
  return types
    .filter((type) => !SAGA_EVENT_TYPES.includes(type))
    .map(
      (type) => `no event has the type ${shown(type)}; there are ${SAGA_EVENT_TYPES.join(', ')}`,
    );
}

/** The name of a saga, or what is wrong with it. */
function nameOf(saga: unknown): { readonly name: string } | { readonly problem: string } {
  if (typeof saga === 'string' && saga !== '') return { name: saga };
  if (!isClass(saga))
    return {
      problem: `a saga must be a class or a name (got ${shown(saga)}; files that import each other get undefined)`,
    };
  const metadata = sagaMetadataOf(saga);
  if (metadata === undefined) return { problem: `${saga.name} is not decorated with @Saga()` };
  return { name: metadata.name ?? saga.name };
}

function handlerOf(
  instance: object,
  type: Constructor,
  { method, types, sagas }: EventMetadata,
): EventHandler | { readonly problems: readonly string[] } {
  const name = `${type.name}.${String(method)}`;
  const named = sagas.map(nameOf);
  const problems = [
    ...typeProblems(types),
    ...named.flatMap((one) => ('problem' in one ? [one.problem] : [])),
  ];
  if (problems.length > 0) return { problems: problems.map((one) => `${name}: ${one}`) };
  const names = named.flatMap((one) => ('name' in one ? [one.name] : []));
  return {
    name,
    types,
    sagas: names.length === 0 ? undefined : new Set(names),
    // Looked up with each call: a test may put a spy in its place.
    call: (event) =>
      (instance as Record<string | symbol, (event: SagaEvent) => unknown>)[method]?.(event),
  };
}

/** Finds the methods with `@OnSagaEvent` of all providers and controllers. */
@Injectable()
export class EventHandlersExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws SagaDefinitionError with everything that is wrong with them. */
  explore(): readonly EventHandler[] {
    const problems: string[] = [];
    const handlers: EventHandler[] = [];
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      for (const found of this.#handlers(wrapper, seen)) {
        if ('problems' in found) problems.push(...found.problems);
        else handlers.push(found);
      }
    }
    if (problems.length > 0) throw new SagaDefinitionError('methods with @OnSagaEvent', problems);
    return handlers;
  }

  #handlers(wrapper: Wrapper, seen: Set<unknown>) {
    const type = classOf(wrapper);
    const metadata = type === undefined ? [] : eventMetadataOf(type);
    if (type === undefined || metadata.length === 0) return [];
    const identity: unknown = isSingleton(wrapper) ? wrapper.instance : type;
    if (seen.has(identity)) return [];
    seen.add(identity);
    if (isSingleton(wrapper))
      return metadata.map((one) => handlerOf(wrapper.instance as object, type, one));
    const why =
      'it is request-scoped or transient (or depends on such a provider), and there is no request when an event ' +
      'comes; move the method to a singleton';
    return [{ problems: [`${type.name}: ${why}`] }];
  }
}
