import { AssertionError } from 'node:assert';
import { join } from 'node:path';
import Libsql from 'libsql';
import { Pool } from 'pg';
import type { Journal, JournalInTransaction } from 'nestjs-saga-orchestrator/core';
import { libsql, sqliteJournal } from 'nestjs-saga-orchestrator/sqlite';
import {
  journalInTransactionContract,
  type JournalHarness,
} from 'nestjs-saga-orchestrator/testing';
import {
  fromPg,
  fromSqlite,
  type SqliteTransactionDatabase,
} from 'nestjs-saga-orchestrator/transactions';
import { postgresStore } from '../journals/postgres-store.js';
import { removeTempFolders, tempFolder } from '../journals/temp-folder.js';

const store = postgresStore();

async function postgres(): Promise<JournalHarness> {
  const harness = await store.harness();
  const pool = new Pool({ connectionString: store.server.url });
  return {
    ...harness,
    transactions: () => fromPg(pool),
    dispose: async () => {
      await pool.end();
      await harness.dispose();
    },
  };
}

function sqlite(): JournalHarness {
  const file = join(tempFolder(), 'sagas.db');
  const database = new Libsql(file) as unknown as SqliteTransactionDatabase & { close(): void };
  return {
    journal: () => sqliteJournal({ file, driver: libsql(Libsql) }),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 2)),
    transactions: () => fromSqlite(database),
    dispose: async () => {
      database.close();
      removeTempFolders();
    },
  };
}

describe('the Postgres journal in a transaction', () => {
  it.each(journalInTransactionContract)('$name', ({ run }) => run(postgres));
});

describe('the SQLite journal in a transaction', () => {
  it.each(journalInTransactionContract)('$name', ({ run }) => run(sqlite));
});

/** What a broken journal does in place of a method of its inside. */
type Fault = (journal: Journal, inside: JournalInTransaction) => Partial<JournalInTransaction>;

/** Of journals that many would write. */
const TWINS: Readonly<Record<string, readonly [rule: string, fault: Fault]>> = {
  'creates on another connection than the application': [
    'in a transaction, create that is rolled back never was',
    (journal) => ({
      create: async (saga) => {
        await journal.create({ ...saga, owner: 'nobody' });
        return undefined;
      },
    }),
  ],
  'appends on another connection than the action': [
    'in a transaction, append that is rolled back never was, and its seqs are free',
    (journal) => ({ append: async (batch) => (await journal.append(batch)) ?? undefined }),
  ],
  'does not look whose the saga is': [
    'in a transaction, append by a process that was overtaken is refused and writes nothing',
    (journal, inside) => ({
      append: async (batch) => {
        const row = await journal.get(batch.ref);
        const { owner, epoch } = row ?? batch;
        return inside.append({ ...batch, epoch, owner: owner ?? batch.owner });
      },
    }),
  ],
  'appends in whatever transaction there is': [
    'in a transaction, append outside of the one that was joined stores nothing',
    (journal, inside) => ({
      append: (batch) =>
        inside.append(batch).catch(async () => (await journal.append(batch)) ?? undefined),
    }),
  ],
  'gives its verdict without a seq': [
    'settle stores its records where those of the transaction never were, and only there',
    (journal) => ({
      settle: async (batch) => {
        const next = (await journal.load(batch.ref))?.nextSeq ?? 1;
        const entries = batch.entries.map((entry, index) => ({ ...entry, seq: next + index }));
        await journal.append({ ...batch, entries });
        return true;
      },
    }),
  ],
  'takes a look for a verdict': [
    'settle stores its records where those of the transaction never were, and only there',
    (journal) => ({
      settle: async ({ ref, entries: [first] }) =>
        ((await journal.load(ref))?.nextSeq ?? 1) <= (first?.seq ?? 1),
    }),
  ],
  'settles for who was overtaken': [
    'settle by a process that was overtaken is refused',
    () => ({ settle: async () => false }),
  ],
  'forgets that somebody asked to cancel': [
    'in a transaction, append answers why somebody asked to cancel',
    (_, inside) => ({ append: async (batch) => void (await inside.append(batch)) }),
  ],
};

function broken(fault: Fault): () => Promise<JournalHarness> {
  return async () => {
    const harness = await postgres();
    return {
      ...harness,
      journal: () => {
        const journal = harness.journal();
        const own = journal.within?.bind(journal);
        const within: Journal['within'] = (tx) => {
          const inside = own?.(tx) as JournalInTransaction;
          const faults = fault(journal, inside);
          return new Proxy(inside, {
            get: (target, name) => {
              const method = (faults as never)[name] ?? target[name as keyof JournalInTransaction];
              return (method as () => unknown).bind(target);
            },
          });
        };
        return Object.assign(journal, { within });
      },
    };
  };
}

describe('the contract of journals in a transaction', () => {
  const twins = Object.entries(TWINS).map(([twin, [rule, fault]]) => ({ twin, rule, fault }));

  it.each(twins)('catches one that $twin', async ({ rule, fault }) => {
    const found = journalInTransactionContract.find(({ name }) => name === rule);
    if (found === undefined) throw new Error(`The contract has no rule '${rule}'`);
    await expect(found.run(broken(fault))).rejects.toBeInstanceOf(AssertionError);
  });
});
