import 'reflect-metadata';
import { SagaDefinitionError, type SagaDefinitionOptions } from '../../core/index.js';
import type { SagaInput } from '../validation/index.js';
import { SAGA_METADATA, type SagaMetadata } from './metadata.js';

export interface SagaOptions extends SagaDefinitionOptions {
  /** Unique in the application; sagas are found by it after a deploy. @default the class's name */
  readonly name?: string;
  /**
   * What the saga is started with is checked by it, before anything is stored: a schema of zod, valibot, arktype or
   * another that is a Standard Schema, or a class with class-validator. What the schema makes of it is the context.
   * @default anything that can be stored
   */
  readonly input?: SagaInput;
}

/**
 * Marks a provider whose {@link SagaStep} methods are a saga. The class stays an ordinary singleton
 * provider: it must stand in a module's `providers`, and may not be request-scoped or transient.
 *
 * @throws SagaDefinitionError where it stands without parentheses.
 *
 * `@nestjs/cqrs` has a `Saga` decorator too, for something else: streams of events to commands.
 */
export function Saga(options: string | SagaOptions = {}): ClassDecorator {
  // From JavaScript: without the parentheses the class itself is given.
  if (typeof options === 'function') {
    const { name } = options as { readonly name: string };
    throw new SagaDefinitionError(name, ['@Saga stands without parentheses; write @Saga()']);
  }
  // Anything else is reported when the application starts, together with all other problems.
  const metadata: SagaMetadata = typeof options === 'string' ? { name: options } : options;
  return (target) => Reflect.defineMetadata(SAGA_METADATA, metadata, target);
}
