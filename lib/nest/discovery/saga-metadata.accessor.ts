import 'reflect-metadata';
import {
  EVENTS_METADATA,
  SAGA_METADATA,
  STEPS_METADATA,
  type EventMetadata,
  type SagaMetadata,
  type StepMetadata,
} from '../decorators/index.js';

type Constructor = abstract new (...args: never[]) => unknown;

/** Base classes first. */
function lineage(type: Constructor): readonly Constructor[] {
  const chain: Constructor[] = [];
  let current: unknown = type;
  while (typeof current === 'function' && current !== Function.prototype) {
    chain.unshift(current as Constructor);
    current = Object.getPrototypeOf(current);
  }
  return chain;
}

/** What `@Saga` wrote on a class; `undefined` for any other class. Not inherited. */
export function sagaMetadataOf(type: Constructor): SagaMetadata | undefined {
  return Reflect.getOwnMetadata(SAGA_METADATA, type) as SagaMetadata | undefined;
}

export function isSagaClass(type: Constructor): boolean {
  return sagaMetadataOf(type) !== undefined;
}

function ownSteps(type: Constructor): readonly StepMetadata[] {
  return (Reflect.getOwnMetadata(STEPS_METADATA, type) ?? []) as StepMetadata[];
}

/** Methods that one class decorates more than once: only one of the decorators would count. */
export function repeatedSteps(type: Constructor): readonly string[] {
  return lineage(type).flatMap((ancestor) => {
    const methods = ownSteps(ancestor).map(({ method }) => method);
    return [...new Set(methods.filter((method, index) => methods.indexOf(method) < index))];
  });
}

/** The steps of a class in order: inherited ones first, an overridden one in its first place. */
export function stepMetadataOf(type: Constructor): readonly StepMetadata[] {
  const steps = new Map<string, StepMetadata>();
  for (const ancestor of lineage(type)) {
    for (const step of ownSteps(ancestor)) steps.set(step.method, step);
  }
  return [...steps.values()];
}

/** What `@OnSagaEvent` wrote on the methods of a class and of its base classes; an overridden one counts once. */
export function eventMetadataOf(type: Constructor): readonly EventMetadata[] {
  const methods = new Map<string | symbol, readonly EventMetadata[]>();
  for (const ancestor of lineage(type)) {
    const own = (Reflect.getOwnMetadata(EVENTS_METADATA, ancestor) ?? []) as EventMetadata[];
    for (const { method } of own)
      methods.set(
        method,
        own.filter((one) => one.method === method),
      );
  }
  return [...methods.values()].flat();
}
