import { Inject, Injectable, type Type } from '@nestjs/common';
import {
  type AttachedSaga,
  SagaDefinitionError,
  SagaNotFoundError,
  SagaOrchestratorBuilder,
  type SagaDefinition,
  type SagaDefinitionOptions,
  type SagaEngine,
  type SagaHost,
  type SagaLogger,
  type SagaStartOptions,
} from '../../core/index.js';
import { checkStart } from '../../core/engine/index.js';
import { SAGA_OPTIONS, shown, shownName } from '../../core/definition/index.js';
import type { SagaContextOf, SagaResultsOf } from '../decorators/index.js';
import { isSagaClass, SagaExplorer, type DiscoveredSaga } from '../discovery/index.js';
import { SAGA_ENGINE, SAGA_LOGGER } from '../tokens.js';
import { validatingHost } from '../validation/index.js';
import { defineChain } from './define-chain.js';
import { reportMissingCompensations } from './missing-compensations.js';
import { registerAll } from './register-all.js';
import type {
  PlainOptions,
  SagaInTransaction,
  SagaStarter,
  SagaTransactionOptions,
} from './saga-starter.js';

const PLAN_OPTIONS = Object.keys(SAGA_OPTIONS);

/** Makes the chains that an application runs: inject it into controllers and services. */
@Injectable()
export class SagaOrchestratorFactory {
  /** `undefined` until the application has looked for its sagas. */
  #byClass: ReadonlyMap<Type, SagaDefinition> | undefined;
  /** By what {@link define} gave for them. */
  readonly #byStarter = new WeakMap<object, SagaDefinition>();
  /** Of those sagas whose input is checked. */
  readonly #hosts = new WeakMap<SagaDefinition, SagaHost>();

  constructor(
    @Inject(SAGA_ENGINE) private readonly engine: SagaEngine,
    @Inject(SAGA_LOGGER) private readonly logger: SagaLogger,
    private readonly explorer: SagaExplorer,
  ) {}

  /**
   * An empty chain with the application's logger, in the journal while it runs. It is not resumed after
   * a crash, because its steps are not known then: use {@link define} for that.
   *
   * @throws SagaDefinitionError for the name of a registered saga, by whose steps this one would be
   *   resumed; SagaOptionsError for unknown options.
   */
  create<TContext>(
    name: string,
    context: TContext,
    options: SagaStartOptions & SagaDefinitionOptions = {},
  ): SagaOrchestratorBuilder<TContext> {
    checkStart('create()', options, PLAN_OPTIONS);
    this.#checkFree(name);
    return new SagaOrchestratorBuilder(name, context, this.logger, {
      ...options,
      host: this.engine,
    });
  }

  /**
   * The chain of a decorated class, whose context type it takes from the class's step methods.
   *
   * @throws SagaNotFoundError when the class is not among the providers of the application, or the
   * application is not initialised yet.
   */
  for<S>(
    saga: Type<S>,
    context: SagaContextOf<S>,
    options?: PlainOptions,
  ): SagaOrchestratorBuilder<SagaContextOf<S>, SagaResultsOf<S>>;
  for<S>(
    saga: Type<S>,
    context: SagaContextOf<S>,
    options: SagaTransactionOptions,
  ): SagaInTransaction<SagaContextOf<S>, SagaResultsOf<S>>;
  for<S>(
    saga: Type<S>,
    context: SagaContextOf<S>,
    options?: SagaStartOptions,
  ): SagaOrchestratorBuilder<SagaContextOf<S>, SagaResultsOf<S>>;
  for<S>(
    saga: Type<S>,
    context: SagaContextOf<S>,
    options: SagaStartOptions = {},
  ): SagaOrchestratorBuilder<SagaContextOf<S>, SagaResultsOf<S>> {
    const definition = this.#byClass?.get(saga);
    checkStart('a start', options);
    if (definition === undefined) throw this.#unknown(saga);
    return this.#chain(definition, context, options);
  }

  /**
   * Registers a hand-built chain under a name, which makes it recoverable. Call it while the
   * application starts.
   *
   * @param build Adds the steps; called once.
   * @returns makes a chain of these steps for a context.
   * @throws SagaDefinitionError with all that is wrong with the chain, or when the name is taken.
   */
  define<TContext, TResults extends object>(
    name: string,
    build: (
      chain: SagaOrchestratorBuilder<TContext>,
    ) => SagaOrchestratorBuilder<TContext, TResults>,
    options: SagaDefinitionOptions = {},
  ): SagaStarter<TContext, TResults> {
    const definition = defineChain(name, this.logger, build, options);
    this.engine.register(definition);
    reportMissingCompensations(definition, this.logger);
    const starter = (context: TContext, start: SagaStartOptions = {}) => {
      checkStart('a start', start);
      return this.#chain<TContext, TResults>(definition, context, start);
    };
    this.#byStarter.set(starter, definition);
    return starter;
  }

  /**
   * A saga that was started before, by any process of the application: as it stands now, with its data,
   * its results and its end. For the status behind a 202.
   *
   * @param saga Its class, or what {@link define} gave for it.
   * @returns `undefined` for an id that is not there, or not any more.
   * @throws SagaNotFoundError for a class that is no saga of this application, SagaOptionsError for what cannot
   *   be an id, SagaJournalError when the journal fails.
   */
  attach<S>(
    saga: Type<S>,
    id: string,
  ): Promise<AttachedSaga<SagaContextOf<S>, SagaResultsOf<S>> | undefined>;
  attach<TContext, TResults extends object>(
    saga: SagaStarter<TContext, TResults>,
    id: string,
  ): Promise<AttachedSaga<TContext, TResults> | undefined>;
  async attach(saga: object, id: string): Promise<AttachedSaga<never, never> | undefined> {
    const definition = this.#byClass?.get(saga as Type) ?? this.#byStarter.get(saga);
    if (definition === undefined) throw this.#unknown(saga as Type, 'attach()');
    const found: AttachedSaga | undefined = await this.engine.attach({ name: definition.name, id });
    return found as AttachedSaga<never, never> | undefined;
  }

  /** @internal */
  register(sagas: readonly DiscoveredSaga[]): void {
    registerAll(this.engine, sagas);
    const byClass = sagas.flatMap(({ tokens, definition }) =>
      [...tokens].map((type) => [type, definition] as const),
    );
    this.#byClass = new Map<Type, SagaDefinition>(byClass);
    for (const { definition, input } of sagas) {
      if (input !== undefined) this.#hosts.set(definition, validatingHost(this.engine, input));
    }
  }

  #checkFree(name: string): void {
    if (!this.engine.definitions.some((known) => known.name === name)) return;
    throw new SagaDefinitionError(shownName(name), [
      'create() was given the name of a registered saga, whose steps would run after a crash; make that ' +
        'one with for() or with what define() gave, or choose another name',
    ]);
  }

  #unknown(saga: Type, of = 'for()'): SagaNotFoundError {
    // From JavaScript: the name of a saga, or an instance.
    if (typeof saga !== 'function') {
      return new SagaNotFoundError(`${of} takes the class of a saga (got ${shown(saga)})`);
    }
    if (this.#byClass !== undefined || !isSagaClass(saga)) {
      const why = this.explorer.whyUnknown(saga);
      return new SagaNotFoundError(`${saga.name} is not a saga of this application: ${why}`);
    }
    return new SagaNotFoundError(
      `${saga.name} is not known yet, because sagas are found while the application is initialised: ` +
        'call app.init() first (compile() of a testing module does not), and in a provider begin in ' +
        'onApplicationBootstrap()',
    );
  }

  #chain<TContext, TResults extends object>(
    definition: SagaDefinition,
    context: TContext,
    options: SagaStartOptions,
  ): SagaOrchestratorBuilder<TContext, TResults> {
    const host = this.#hosts.get(definition) ?? this.engine;
    const settings = { ...options, definition, host };
    return new SagaOrchestratorBuilder(definition.name, context, this.logger, settings);
  }
}
