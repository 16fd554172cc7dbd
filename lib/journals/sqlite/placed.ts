import type { SqlValue } from '../sql/index.js';

/** A text with its values in the order of their places. */
export type Placed = readonly [text: string, values: readonly SqlValue[]];

/** `?1 … ?1` for drivers that know no numbers: a `?` for each place, with the value of that number. */
export function placed(text: string, values: readonly SqlValue[]): Placed {
  const inOrder: SqlValue[] = [];
  const places = text.replace(/\?(\d)/g, (_, number: string) => {
    inOrder.push(values[Number(number) - 1] ?? null);
    return '?';
  });
  return [places, inOrder];
}

/** Names as one value; `null` for all. */
export function listOf(names: readonly string[] | undefined): string | null {
  return names === undefined ? null : JSON.stringify(names);
}
