import { SagaOptionsError, type SagaTransactions } from '../core/index.js';
import { CLOSE, type Closing } from './closing.js';

/** The part of a `TransactionHost` of `@nestjs-cls/transactional` that is used. */
export interface ClsTransactionHost<Tx> {
  readonly tx: Tx;
  withTransaction<T>(propagation: never, work: () => Promise<T>): Promise<T>;
}

/**
 * Transactions of `@nestjs-cls/transactional`, on top of any client: `fromCls(host, fromTypeOrm)`. Whatever is called in
 * one takes part in it by itself; `{ transaction: host.tx }` starts a saga in it. One that `run` begins is always
 * its own, also where its caller has one open.
 *
 * @param of the adapter of the client, of which `use` alone is called: `fromKnex`, or `() => fromDrizzle(db, sql)`
 */
export function fromCls<Tx>(
  host: ClsTransactionHost<Tx>,
  of: (client: never) => SagaTransactions<Tx>,
): SagaTransactions<Tx> {
  const client: SagaTransactions<Tx> & Closing<Tx> = of(undefined as never);
  return {
    use: (tx) => client.use(tx),
    run: async (work, { isolation } = {}) => {
      if (isolation !== undefined) {
        throw new SagaOptionsError(
          `fromCls takes no isolation (got '${isolation}'), which each adapter of nestjs-cls calls otherwise: give yours defaultTxOptions`,
        );
      }
      // What is cut off goes on in the inner context, in which the transaction stays when it has ended: without it
      // the host would hand out the database itself.
      const inner = () =>
        host.withTransaction('REQUIRED' as never, () => {
          const { tx } = host;
          return work(tx).finally(() => client[CLOSE]?.(tx));
        });
      return host.withTransaction('REQUIRES_NEW' as never, inner);
    },
  };
}
