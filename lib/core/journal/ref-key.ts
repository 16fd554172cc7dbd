import type { SagaRef } from './journal.js';

/** A saga's name and id as one text that no other pair has, whatever characters they hold. */
export function refKey({ name, id }: SagaRef): string {
  return `${name.length} ${name}${id}`;
}
