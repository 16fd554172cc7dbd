import type { DefinitionJson } from '../../core/index.js';
import { storable } from '../sql/index.js';
import type { Database } from './database.js';

const SAVE = `INSERT INTO saga_plans (application, name, version, fingerprint, plan, first_seen, last_seen)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (application, name, version, fingerprint)
  DO UPDATE SET plan = excluded.plan, last_seen = excluded.last_seen`;

/** Keeps the plans that a process has brought along. Inside a transaction of the writer's. */
export function savePlans(
  database: Database,
  application: string,
  plans: readonly DefinitionJson[],
  now: number,
): void {
  const whose = storable('application', application);
  for (const plan of plans) {
    const { name, version, fingerprint } = plan;
    const text = JSON.stringify(plan);
    database.run(SAVE, whose, storable('name', name), version, fingerprint, text, now, now);
  }
}
