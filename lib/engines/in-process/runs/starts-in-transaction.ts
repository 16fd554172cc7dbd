import {
  type JournalInTransaction,
  type SagaDefinition,
  type SagaHandle,
  type SagaLogger,
  SagaOptionsError,
  type SagaTransactions,
} from '../../../core/index.js';
import {
  checkSame,
  type DefinitionRegistry,
  report,
  shown,
  type StartRequest,
} from '../../../core/engine/index.js';
import type { JournalAccess } from '../ownership/index.js';
import type { AfterCommit } from './after-commit.js';
import { checkTransactions } from './check-transactions.js';
import type { ResultWaiter } from './result-waiter.js';
import type { RunFactory } from './run-factory.js';
import type { Starts } from './starts.js';

interface Known {
  readonly registry: DefinitionRegistry;
  readonly logger: SagaLogger;
  readonly transactions: SagaTransactions | undefined;
}

/** Starts sagas in open transactions of the application: with what else these change, or not at all. */
export class StartsInTransaction {
  #hasWarned = false;

  constructor(
    private readonly access: JournalAccess,
    private readonly known: Known,
    private readonly runs: RunFactory,
    private readonly starts: Starts,
    private readonly afterCommit: AfterCommit,
    private readonly waiter: ResultWaiter,
  ) {}

  /** @throws as {@link checkTransactions} does */
  async verify(): Promise<void> {
    const { transactions, registry, logger } = this.known;
    if (transactions === undefined) return;
    await checkTransactions(this.access.journal, transactions, registry.all, logger);
  }

  /**
   * Resolves when the saga is stored in the transaction, or found there or committed under the same id.
   *
   * @throws SagaOptionsError for what is no transaction of the journal's; SagaConflictError for an id that
   * another plan or input has; and what the transaction throws.
   */
  async start(
    definition: SagaDefinition,
    request: StartRequest,
    input: string,
    tx: unknown,
  ): Promise<SagaHandle> {
    this.#checkKnown(definition);
    const { journal, application } = this.access;
    if (journal.within === undefined && journal.isVolatile === true) {
      this.#warnOnce();
      return this.starts.start(definition, request, input);
    }
    const within = this.#within(tx);
    const { name } = definition;
    const ref = { application, name, id: request.id };
    const taken = await within.create(this.runs.accepted(definition, request, input));
    if (taken !== undefined)
      checkSame(this.known.registry, this.runs.codec, ref, definition, input, taken);
    // Whoever has stored it before sees to it.
    const begun =
      taken === undefined
        ? this.afterCommit.begun(ref, within)
        : this.afterCommit.over(ref, within);
    // Whoever wants to know asks the handle.
    begun.catch(() => undefined);
    const after = this.waiter.handleOf(ref, definition);
    return {
      id: ref.id,
      get saga() {
        return after.saga as NonNullable<SagaHandle['saga']>;
      },
      result: () => begun.then(() => after.result()),
    };
  }

  /** Whoever finds it begins it. */
  #checkKnown(definition: SagaDefinition): void {
    if (this.known.registry.knows(definition)) return;
    throw new SagaOptionsError(
      `transaction needs a saga that is registered, because whoever finds it after the commit begins it, and ${shown(definition.name)} ` +
        'is known to this call alone: decorate its class with @Saga(), or register the chain with define() at start-up',
    );
  }

  #within(tx: unknown): JournalInTransaction {
    const { journal } = this.access;
    const { transactions } = this.known;
    // A journal that takes part in none has no transactions: its options were checked.
    if (transactions === undefined || journal.within === undefined) {
      throw new SagaOptionsError(
        'transaction needs to know how your transactions run SQL: give SagaModule.forRoot() transactions, such as ' +
          'fromPg(pool) of nestjs-saga-orchestrator/transactions, and a journal in the same database',
      );
    }
    if (tx === null || (typeof tx !== 'object' && typeof tx !== 'function')) {
      throw new SagaOptionsError(`transaction must be your open transaction (got ${shown(tx)})`);
    }
    return journal.within(transactions.use(tx));
  }

  #warnOnce(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    const { description } = this.access.journal;
    const what =
      `The journal (${description}) knows nothing of transactions: sagas that are started in one begin at once, ` +
      'and go on after a rollback. Test that on SQLite';
    report(this.known.logger, 'warn', what);
  }
}
