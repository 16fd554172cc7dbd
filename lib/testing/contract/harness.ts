import { strict as assert } from 'node:assert';
import type { Journal, SagaTransactions } from '../../core/index.js';

/** One store under test, and what a case needs to know of the outside. */
export interface JournalHarness {
  /**
   * A handle on the store that shares nothing with the others, as another process would have it.
   * Not opened yet; the case opens and closes it.
   */
  journal(): Journal;
  /**
   * Lets at least `ms` pass by the clock by which the journal decides leases and ages: moves a manual
   * clock, or waits for that of a database.
   */
  pass(ms: number): Promise<void>;
  /**
   * Transactions of an application in the store, through connections of its own, which `dispose` ends: for
   * `journalInTransactionContract`. Called once a journal was opened.
   */
  transactions?(): SagaTransactions | Promise<SagaTransactions>;
  /** Deletes the store, after every handle was closed. */
  dispose(): Promise<void>;
}

/** Makes a store of its own, empty, for every case. */
export type JournalHarnessFactory = () => JournalHarness | Promise<JournalHarness>;

/** One rule that every journal keeps. */
export interface JournalContractCase {
  /** The rule. */
  readonly name: string;
  /** `true`: its store may not have been opened before. For all others, one that was emptied will do. */
  readonly needsNewStore?: boolean;
  /** Rejects with an `AssertionError` when the journal breaks it. */
  run(factory: JournalHarnessFactory): Promise<void>;
}

/** What a case sees of its store. */
export interface Store {
  /** An opened handle. All are closed at the end. */
  open(): Promise<Journal>;
  /** Lets `ms` pass by the store's clock. */
  pass(ms: number): Promise<void>;
  transactions(): Promise<SagaTransactions>;
}

/** A case that always closes its handles and deletes its store. */
export function contractCase(
  name: string,
  prove: (store: Store) => Promise<void>,
  needs: Pick<JournalContractCase, 'needsNewStore'> = {},
): JournalContractCase {
  const run = async (factory: JournalHarnessFactory): Promise<void> => {
    const harness = await factory();
    const handles: Journal[] = [];
    const open = async (): Promise<Journal> => {
      const journal = harness.journal();
      handles.push(journal);
      await journal.open();
      return journal;
    };
    const transactions = async (): Promise<SagaTransactions> => {
      const own = await harness.transactions?.();
      assert.ok(own !== undefined, 'the harness gives transactions');
      return own;
    };
    try {
      await prove({ open, pass: (ms) => harness.pass(ms), transactions });
    } finally {
      for (const journal of handles) await journal.close();
      await harness.dispose();
    }
  };
  return { name, ...needs, run };
}
