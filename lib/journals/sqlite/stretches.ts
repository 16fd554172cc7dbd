import type { Write } from './operations.js';

/**
 * Creates and appends in a row are carried out together, the creates first: whoever appends to a saga
 * has seen it created. Everything else is carried out alone, in its order, so that an id is free once
 * it was forgotten, and no claim sees what was asked for after it.
 */
export function stretchesOf(writes: readonly Write[]): readonly (readonly Write[])[] {
  const stretches: Write[][] = [];
  let open: Write[] | undefined;
  for (const write of writes) {
    const joins = write.kind === 'create' || write.kind === 'append';
    if (joins && open !== undefined) open.push(write);
    else stretches.push((open = [write]));
    if (!joins) open = undefined;
  }
  return stretches;
}
