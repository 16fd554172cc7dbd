import { Module, type Type } from '@nestjs/common';
import { DiscoveryService, ModulesContainer, NestFactory } from '@nestjs/core';
import type { SagaDefinition } from '../core/index.js';
import { SagaExplorer } from './discovery/index.js';

@Module({})
class Root {}

/** Those that a factory or an application makes are not there. */
function bare({ prototype }: Type): object {
  return Object.create(prototype as object) as object;
}

/**
 * The plans of the decorated classes in these modules, and in what they import. Nothing is made and nothing
 * starts: no constructor, no factory and no hook of the application runs.
 *
 * @throws SagaDefinitionError
 */
export async function definitionsIn(modules: readonly Type[]): Promise<readonly SagaDefinition[]> {
  const context = await NestFactory.createApplicationContext(
    { module: Root, imports: [...modules] },
    { logger: false, preview: true, abortOnError: false },
  );
  const discovery = new DiscoveryService(context.get(ModulesContainer));
  for (const wrapper of discovery.getProviders()) {
    const { token } = wrapper;
    const made: unknown = wrapper.instance;
    if (typeof token === 'function' && (made ?? undefined) === undefined)
      wrapper.instance = bare(token as Type);
  }
  return new SagaExplorer(discovery).explore().map(({ definition }) => definition);
}
