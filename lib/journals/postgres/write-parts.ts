import type { JournalBatch, NewSaga } from '../../core/index.js';
import {
  APPEND_COLUMNS,
  columnValues,
  CREATE_COLUMNS,
  rowValues,
  STAY_COLUMNS,
  type Append,
  type Column,
} from './parameters.js';

/** What is written together. */
export interface Parts {
  readonly creates: readonly NewSaga[];
  /** Appends that leave the row of the saga as it is, by what this process knows of it. */
  readonly stays: readonly Append[];
  readonly moves: readonly Append[];
}

/** Whether an append has nothing to change in the row of its saga, if that has this status. */
export function leavesRow({ status, sleep }: JournalBatch, known: string | undefined): boolean {
  return (
    status === known && sleep === undefined && (status === 'running' || status === 'compensating')
  );
}

/** The statement and its parameters. */
export function parametersOf({
  creates,
  stays,
  moves,
}: Parts): readonly [string, readonly unknown[]] {
  const [create, isAlone] = [creates[0], creates.length + stays.length + moves.length === 1];
  if (isAlone && stays.length === 1) return ['stay', rowValues(STAY_COLUMNS, stays)];
  if (isAlone && moves.length === 1) return ['move', rowValues(APPEND_COLUMNS, moves)];
  if (isAlone && create !== undefined && isEmpty(create.tags)) {
    return ['create', rowValues(CREATE_COLUMNS, creates)];
  }
  const parts: string[] = [];
  const values: unknown[] = [];
  const add = <Item>(
    part: keyof Parts,
    columns: readonly Column<Item>[],
    items: readonly Item[],
  ): void => {
    if (items.length === 0) return;
    parts.push(part);
    values.push(...columnValues(columns, items));
  };
  add('creates', CREATE_COLUMNS, creates);
  add('stays', STAY_COLUMNS, stays);
  add('moves', APPEND_COLUMNS, moves);
  return [parts.join('-'), values];
}

function isEmpty(tags: NewSaga['tags']): boolean {
  return Object.keys(tags).length === 0;
}
