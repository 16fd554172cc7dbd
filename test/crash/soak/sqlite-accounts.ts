import Database from 'libsql';
import { ACCOUNTS, CENTS_EACH, type Accounts, type Effect, type Movement } from './accounts.js';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, cents INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS effects (
    key TEXT PRIMARY KEY, transfer TEXT NOT NULL, what TEXT NOT NULL, cents INTEGER NOT NULL
  );
`;
const NOTE =
  'INSERT INTO effects (key, transfer, what, cents) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING';
const BOOK = 'UPDATE accounts SET cents = cents + ? WHERE id = ?';

export class SqliteAccounts implements Accounts {
  readonly #db: Database.Database;

  constructor(file: string) {
    this.#db = new Database(file, { timeout: 20_000 });
  }

  async open(): Promise<void> {
    this.#db.exec('PRAGMA journal_mode = WAL');
    this.#db.exec('PRAGMA synchronous = NORMAL');
    this.#write(() => {
      this.#db.exec(SCHEMA);
      const account = this.#db.prepare(
        'INSERT INTO accounts (id, cents) VALUES (?, ?) ON CONFLICT DO NOTHING',
      );
      for (let id = 1; id <= ACCOUNTS; id += 1) account.run(id, CENTS_EACH);
    });
  }

  async move(movement: Movement): Promise<void> {
    this.#write(() => this.#note(movement.key, `do ${movement.label}`, movement, movement.cents));
  }

  async takeBack(movement: Movement, undoKey: string): Promise<void> {
    this.#write(() => {
      const { key, label, transfer } = movement;
      const closed = this.#db.prepare(NOTE).run(key, transfer, `closed ${label}`, 0);
      if (closed.changes > 0) return;
      const known = this.#db.prepare('SELECT cents FROM effects WHERE key = ?').get(key);
      const { cents } = known as { cents: number };
      if (cents !== 0) this.#note(undoKey, `undo ${label}`, movement, -cents);
    });
  }

  async has(key: string): Promise<boolean> {
    return this.#db.prepare('SELECT 1 FROM effects WHERE key = ?').get(key) !== undefined;
  }

  async total(): Promise<number> {
    const row = this.#db.prepare('SELECT sum(cents) AS total FROM accounts').get();
    return (row as { total: number }).total;
  }

  async effects(): Promise<readonly Effect[]> {
    return this.#db.prepare('SELECT transfer, what, cents FROM effects').all() as Effect[];
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #note(key: string, what: string, { transfer, account }: Movement, cents: number): void {
    const noted = this.#db.prepare(NOTE).run(key, transfer, what, cents);
    if (noted.changes > 0) this.#db.prepare(BOOK).run(cents, account);
  }

  #write(work: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#db.exec('COMMIT');
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}
