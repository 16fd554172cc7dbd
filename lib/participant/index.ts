// For a service that sagas call: each action once, no undo without its action, no action after its undo.

export { sagaHeaders, type SagaHeaderSource } from './saga-headers.js';
export { SagaBarrierModule, type SagaBarrierModuleAsyncOptions } from './saga-barrier.module.js';
export { SagaBarrier } from './saga-barrier.js';
export { sagaBarrierSql, type SagaBarrierOptions, type SagaBarrierSqlOptions } from './options.js';
export type { BarrierDialect } from './barrier-sql.js';

// A call, and where it comes from
export { SagaCall } from './saga-call.decorator.js';
export {
  sagaCallOf,
  type BarrierMode,
  type IncomingHeaders,
  type SagaCallOptions,
} from './saga-call.js';

// The same around handlers that find the transaction by themselves
export { SagaBarrierInterceptor, SagaDo, SagaUndo } from './saga-barrier.interceptor.js';

// What it throws, and what an adapter must be able to do
export {
  isSagaError,
  SagaBlockedError,
  type SagaTransaction,
  type SagaTransactions,
} from '../core/index.js';
