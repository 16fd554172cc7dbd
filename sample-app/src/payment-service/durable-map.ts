import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';

/** The complete lines of a file; one that was cut off by a crash was never acknowledged. */
function completeLines(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const complete = text.slice(0, text.lastIndexOf('\n') + 1);
  if (complete !== text) truncateSync(file, Buffer.byteLength(complete));
  return complete.split('\n').filter((line) => line !== '');
}

/**
 * A map that outlives its process: every change is one line of a file, and on the disk before `set`
 * returns. It stands in for the database of a real service.
 */
export class DurableMap<T> {
  readonly #values: Map<string, T>;

  constructor(private readonly file: string) {
    this.#values = new Map(completeLines(file).map((line) => JSON.parse(line) as [string, T]));
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): T | undefined {
    return this.#values.get(key);
  }

  values(): Iterable<T> {
    return this.#values.values();
  }

  set(key: string, value: T): void {
    appendFileSync(this.file, `${JSON.stringify([key, value])}\n`, { flush: true });
    this.#values.set(key, value);
  }
}
