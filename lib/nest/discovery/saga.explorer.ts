import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { SagaDefinitionError, type SagaDefinition } from '../../core/index.js';
import type { SagaInput } from '../validation/index.js';
import { classOf, isClass, isSingleton, type Constructor, type Wrapper } from './wrapper.js';
import { compileSaga } from './saga.compiler.js';
import {
  isSagaClass,
  repeatedSteps,
  sagaMetadataOf,
  stepMetadataOf,
} from './saga-metadata.accessor.js';

/** A decorated class that was found, with its compiled plan. */
export interface DiscoveredSaga {
  readonly type: Constructor;
  /** The class, and other classes that it is provided for. */
  readonly tokens: Set<Constructor>;
  readonly definition: SagaDefinition;
  /** Whether its name is given in `@Saga()`; else it is that of the class. */
  readonly isNamed: boolean;
  /** What its input is checked by. */
  readonly input?: SagaInput | undefined;
}

/** Walks over all providers of the application and compiles the decorated ones. */
@Injectable()
export class SagaExplorer {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws SagaDefinitionError with every problem of every saga class. */
  explore(): readonly DiscoveredSaga[] {
    const found = new Map<unknown, DiscoveredSaga>();
    const problems: string[] = [];
    const seen = new Set<unknown>();
    for (const wrapper of this.discovery.getProviders()) {
      const type = classOf(wrapper);
      if (type === undefined || !this.#isCandidate(type)) continue;
      const identity: unknown = isSingleton(wrapper) ? wrapper.instance : type;
      if (isClass(wrapper.token)) found.get(identity)?.tokens.add(wrapper.token);
      if (seen.has(identity)) continue;
      seen.add(identity);
      const compiled = this.#compile(wrapper, type);
      if ('problems' in compiled) {
        problems.push(...compiled.problems.map((problem) => `${type.name}: ${problem}`));
      } else {
        const tokens = new Set([type, ...(isClass(wrapper.token) ? [wrapper.token] : [])]);
        const { name, input } = sagaMetadataOf(type) ?? {};
        const { definition } = compiled;
        found.set(identity, { type, tokens, definition, isNamed: name !== undefined, input });
      }
    }
    const sagas = [...found.values()];
    problems.push(...duplicateProblems(sagas));
    if (problems.length > 0) throw new SagaDefinitionError('classes of this application', problems);
    return sagas;
  }

  /** Why {@link explore} has not found a class, and what to do about it. */
  whyUnknown(type: Constructor): string {
    if (!isSagaClass(type))
      return 'decorate it with @Saga() and add it to the providers of a module';
    const isProvided = this.discovery.getProviders().some(({ token }) => token === type);
    if (!isProvided) return 'add it to the providers of a module';
    return (
      'what is provided in its place is no instance of it; give one, such as ' +
      `Object.assign(Object.create(${type.name}.prototype), { … }), or replace single methods of it`
    );
  }

  #isCandidate(type: Constructor): boolean {
    return isSagaClass(type) || stepMetadataOf(type).length > 0;
  }

  #compile(wrapper: Wrapper, type: Constructor): ReturnType<typeof compileSaga> {
    const metadata = sagaMetadataOf(type);
    if (metadata === undefined) {
      return { problems: ['it has @SagaStep methods but no @Saga(); add @Saga() to the class'] };
    }
    if (!isSingleton(wrapper)) {
      return {
        problems: [
          'it is request-scoped or transient (or depends on such a provider), but a saga outlives ' +
            'its request; make it a singleton and hand request data in through the context',
        ],
      };
    }
    const repeated = repeatedSteps(type).map(
      (method) => `${method}: it has @SagaStep() more than once; a method is one step, remove one`,
    );
    const steps = stepMetadataOf(type);
    const compiled = compileSaga(type.name, wrapper.instance as object, metadata, steps);
    if (repeated.length === 0) return compiled;
    return { problems: 'problems' in compiled ? [...repeated, ...compiled.problems] : repeated };
  }
}

function duplicateProblems(found: readonly DiscoveredSaga[]): readonly string[] {
  const byIdentity = new Map<string, DiscoveredSaga[]>();
  for (const saga of found) {
    const { name, version } = saga.definition;
    const key = `'${name}' version ${version}`;
    byIdentity.set(key, [...(byIdentity.get(key) ?? []), saga]);
  }
  return [...byIdentity]
    .filter(([, sagas]) => sagas.length > 1)
    .map(([key, sagas]) => {
      const classes = sagas.map(({ type }) => type.name).join(' and ');
      return (
        `${key} is the saga of ${classes}; give each a name or version of its own, and provide ` +
        'a class in one module only'
      );
    });
}
