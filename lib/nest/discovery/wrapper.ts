import type { DiscoveryService } from '@nestjs/core';

/** A provider or a controller, as Nest holds it. */
export type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];
export type Constructor = new (...args: never[]) => object;

export function isClass(type: unknown): type is Constructor {
  return typeof type === 'function';
}

/**
 * The class behind a provider: a factory or value has none of its own, its instance has. One that is
 * made per request has no instance yet: its token may tell.
 */
export function classOf({ metatype, inject, instance, token }: Wrapper): Constructor | undefined {
  const made = instance as object | null | undefined;
  const type: unknown = !metatype || inject ? (made?.constructor ?? token) : metatype;
  return isClass(type) ? type : undefined;
}

/** One instance, made when the application starts. */
export function isSingleton(wrapper: Wrapper): boolean {
  return wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
}
