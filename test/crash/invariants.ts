import type { Case } from './cases.js';
import type { History } from './history.js';
import { RULES_OF_ACTS } from './rules-of-acts.js';
import { RULES_OF_EFFECTS } from './rules-of-effects.js';
import { RULES_OF_RECORDS } from './rules-of-records.js';

/** Everything that a saga's history breaks. */
export function violations(history: History, own: Case): readonly string[] {
  return [...RULES_OF_RECORDS, ...RULES_OF_ACTS, ...RULES_OF_EFFECTS]
    .flatMap((rule) => rule(history, own))
    .filter((found): found is string => typeof found === 'string');
}
