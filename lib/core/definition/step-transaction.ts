/** What one transaction sees of the others, by the names of Postgres; those of SQLite are always serializable. */
export type TransactionIsolation = 'read committed' | 'repeatable read' | 'serializable';

export const ISOLATION_LEVELS: readonly TransactionIsolation[] = [
  'read committed',
  'repeatable read',
  'serializable',
];

/**
 * To be augmented once, by the application: the type of the transaction that its steps are given.
 *
 * @example
 * declare module 'nestjs-saga-orchestrator' {
 *   interface SagaTransactionType { tx: EntityManager }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface SagaTransactionType {}

/** The transaction that a transactional step is given; `unknown` until the application has stated its type. */
export type SagaTx = SagaTransactionType extends { readonly tx: infer Tx } ? Tx : unknown;

/** What a function of a step is given after its context: with `transaction: true` its transaction. */
export type TxParameters<TTransaction extends boolean> = TTransaction extends true
  ? [tx: SagaTx]
  : [];
