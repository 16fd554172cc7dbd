import { join } from 'node:path';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import Database from 'libsql';
import { fromSqlite, type SagaTransactions } from 'nestjs-saga-orchestrator/transactions';
import { dataFolder } from '../storage/data-folder.js';

/** An open transaction of this service. */
export type Tx = Database.Database;

export interface Payment {
  readonly paymentId: string;
  readonly amountCents: number;
}

const CREATE = `
  PRAGMA journal_mode = wal;
  CREATE TABLE IF NOT EXISTS charges (
    key TEXT PRIMARY KEY, payment_id TEXT NOT NULL, amount_cents INTEGER NOT NULL, refunded INTEGER NOT NULL
  )`;
const TOTALS = `
  SELECT coalesce(sum(amount_cents), 0) AS charged, coalesce(sum(amount_cents * refunded), 0) AS refunded
  FROM charges`;

/** The charges, in a database that nobody but this service uses. */
@Injectable()
export class Charges implements OnApplicationShutdown {
  readonly #database: Tx = new Database(join(dataFolder(), 'payments.db'));
  readonly transactions: SagaTransactions<Tx> = fromSqlite(this.#database);

  constructor() {
    this.#database.exec(CREATE);
  }

  charge(tx: Tx, key: string, amountCents: number): Payment {
    const { charges } = tx.prepare('SELECT count(*) AS charges FROM charges').get([]) as {
      charges: number;
    };
    const paymentId = `payment-${charges + 1}`;
    tx.prepare('INSERT INTO charges VALUES (?, ?, ?, 0)').run([key, paymentId, amountCents]);
    return { paymentId, amountCents };
  }

  refund(tx: Tx, key: string): void {
    tx.prepare('UPDATE charges SET refunded = 1 WHERE key = ?').run([key]);
  }

  /** What was ever charged, and what of it was refunded, in cents. */
  totals(): { charged: number; refunded: number } {
    const { charged, refunded } = this.#database.prepare(TOTALS).get([]) as {
      charged: number;
      refunded: number;
    };
    return { charged, refunded };
  }

  onApplicationShutdown(): void {
    this.close();
  }

  close(): void {
    this.#database.close();
  }
}
