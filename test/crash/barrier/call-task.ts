import type { StoreConfig } from '../stores.js';

/** Where a participant dies, by what it was told. */
export const PLACES = {
  action: [
    ...['after its row', 'after its effect', 'after its result'],
    ...['while COMMIT is on its way', 'before its answer'],
  ],
  undo: [
    ...['between its rows', 'after its row', 'after its effect', 'after its result'],
    ...['while COMMIT is on its way', 'before its answer'],
  ],
  'null undo': ['between its rows', 'while COMMIT is on its way', 'before its answer'],
} as const;

export type Told = keyof typeof PLACES;

/** What such a process gets on its command line. */
export interface CallTask {
  readonly store: StoreConfig;
  readonly key: string;
  readonly told: Told;
  readonly place: string;
  /** Its barrier's rows are in transactions of their own. */
  readonly twin?: 'apart';
}
