import { createHash } from 'node:crypto';
import type { PlanJson } from './plan-json.js';

/** 16 hex digits over what unfinished sagas depend on. */
export function fingerprintOf(plan: PlanJson): string {
  return createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);
}
