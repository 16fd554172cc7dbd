import type { DefinitionJson, ReadPlan } from '../../core/index.js';

/** The plans that were brought along. */
export class Plans {
  readonly #plans = new Map<string, ReadPlan & { readonly application: string }>();

  save(application: string, plans: readonly DefinitionJson[], now: number): void {
    for (const plan of plans) {
      const { name, version, fingerprint } = plan;
      const key = JSON.stringify([application, name, version, fingerprint]);
      const firstSeen = this.#plans.get(key)?.firstSeen ?? now;
      const kept = { application, name, version, fingerprint, plan: JSON.stringify(plan) };
      this.#plans.set(key, { ...kept, firstSeen, lastSeen: now });
    }
  }

  get all(): Iterable<ReadPlan & { readonly application: string }> {
    return this.#plans.values();
  }
}
