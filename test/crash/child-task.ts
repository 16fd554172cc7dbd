import type { Case } from './cases.js';
import type { StoreConfig } from './stores.js';

/** What a process of a sweep gets on its command line. */
export interface ChildTask {
  readonly role: 'start' | 'recover' | 'act';
  readonly case: Case;
  readonly store: StoreConfig;
  readonly directory: string;
  readonly leaseMs: number;
}

/** What a process that lived writes at its end, before the number of places there were to die at. */
export const PASSED = 'passed ';
