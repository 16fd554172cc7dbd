import type {
  DefinitionJson,
  JournalInsight,
  SagaDefinition,
  StoredPlan,
} from '../../core/index.js';
import { planOfJson } from '../../core/definition/index.js';
import type { SagaOperations } from '../../nest/index.js';
import { planOf } from '../plan.js';
import type { PlanStep } from '../ui/wire.js';
import type { Cache } from './cache.js';

/** Plans change with deploys. */
const KEPT_MS = 10_000;

/** Of definitions, which never change. */
const OWN = new WeakMap<SagaDefinition, readonly PlanStep[]>();

function ownSteps(own: SagaDefinition): readonly PlanStep[] {
  const steps = OWN.get(own) ?? planOf(own.toJSON(), own);
  OWN.set(own, steps);
  return steps;
}

/** The plans of this process, and those that others have left with the journal. */
export class KnownPlans {
  constructor(
    private readonly operations: SagaOperations,
    private readonly insight: JournalInsight | undefined,
    private readonly cache: Cache,
  ) {}

  /** Where this process has it: that version, else the newest. */
  definition(name: string, version: number): SagaDefinition | undefined {
    const isOwn = this.operations.definitions.some((one) => one.name === name);
    return isOwn ? this.operations.definition(name, version) : undefined;
  }

  /** The same, else as a process has left it with the journal: enough to know what a saga takes. */
  async known(name: string, version: number): Promise<SagaDefinition | undefined> {
    const own = this.definition(name, version);
    if (own?.version === version) return own;
    const stored = await this.#json(name, version);
    return stored === undefined ? own : planOfJson(stored);
  }

  /** The newest first. */
  stored(): Promise<readonly StoredPlan[]> {
    const { insight } = this;
    if (insight === undefined) return Promise.resolve([]);
    return this.cache.get('plans', KEPT_MS, () => insight.plans());
  }

  /** The steps of a saga's plan; `undefined` where nobody knows them. */
  async steps(name: string, version: number): Promise<readonly PlanStep[] | undefined> {
    const own = this.definition(name, version);
    if (own?.version === version) return ownSteps(own);
    const stored = await this.#json(name, version);
    return stored === undefined ? own && ownSteps(own) : planOf(stored, own);
  }

  async #json(name: string, version: number): Promise<DefinitionJson | undefined> {
    const all = await this.stored();
    return all.find((one) => one.name === name && one.version === version)?.plan;
  }
}
