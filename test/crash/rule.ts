import type { Case } from './cases.js';
import type { History } from './history.js';

/** A rule that every saga keeps, whatever died. Returns what breaks it. */
export type Rule = (history: History, own: Case) => readonly (string | false | undefined)[];
