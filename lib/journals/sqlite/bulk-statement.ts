import type { SqlValue } from '../sql/index.js';
import type { Database } from './database.js';

/** Rows per call: a call into SQLite costs more than a row. */
const CHUNKS = [32, 8, 1] as const;

/** One statement for any number of rows, each of `width` values. */
export class BulkStatement {
  readonly #chunks: readonly (readonly [values: number, sql: string])[];

  constructor(
    private readonly database: Database,
    width: number,
    sqlOf: (rows: number) => string,
  ) {
    this.#chunks = CHUNKS.map((rows) => [rows * width, sqlOf(rows)]);
  }

  /** `shared` values come before those of the rows. Returns how many rows were written. */
  run(values: readonly SqlValue[], shared: readonly SqlValue[] = []): number {
    let written = 0;
    let at = 0;
    for (const [count, sql] of this.#chunks) {
      for (; values.length - at >= count; at += count) {
        const { changes } = this.database.run(sql, ...shared, ...values.slice(at, at + count));
        written += Number(changes);
      }
    }
    return written;
  }
}

/** `(?, ?), (?, ?)` for two rows of two values. */
export function valuesOf(rows: number, row: string): string {
  return Array<string>(rows).fill(row).join(', ');
}
