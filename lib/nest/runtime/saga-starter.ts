import type { SagaOrchestratorBuilder, SagaStartOptions } from '../../core/index.js';

/** Start options with an open transaction. */
export type SagaTransactionOptions = SagaStartOptions & { readonly transaction: object };

/** Those of nearly all starts. */
export type PlainOptions = SagaStartOptions & { readonly transaction?: undefined };

/** A chain to be started in a transaction; nobody can wait inside that for what begins after its commit. */
export type SagaInTransaction<TContext, TResults extends object> = Omit<
  SagaOrchestratorBuilder<TContext, TResults>,
  'runAsync'
>;

/** Makes a chain of a definition, for one context; `attach()` takes it, too. */
export interface SagaStarter<TContext, TResults extends object> {
  (context: TContext, options?: PlainOptions): SagaOrchestratorBuilder<TContext, TResults>;
  (context: TContext, options: SagaTransactionOptions): SagaInTransaction<TContext, TResults>;
  (context: TContext, options?: SagaStartOptions): SagaOrchestratorBuilder<TContext, TResults>;
}
