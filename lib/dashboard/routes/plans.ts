import { FAILURES, failureMatrix, type SagaDefinition, type StoredPlan } from '../../core/index.js';
import { textOf } from '../http.js';
import { planOf } from '../plan.js';
import type { Plan, Plans, PlanSummary } from '../ui/wire.js';
import type { Route } from './route.js';

const keyOf = ({
  name,
  version,
  fingerprint,
}: Pick<PlanSummary, 'name' | 'version' | 'fingerprint'>): string =>
  `${name}@${version}@${fingerprint}`;

/** A matrix depends on its plan alone, and is asked for again and again. */
const matrices = new WeakMap<SagaDefinition, NonNullable<Plan['matrix']>>();

function matrixOf(definition: SagaDefinition): NonNullable<Plan['matrix']> {
  const known = matrices.get(definition);
  if (known !== undefined) return known;
  const matrix = failureMatrix(definition).map(({ label, ends }) => ({
    label,
    cells: FAILURES.map((failure) => {
      const { parkReason, ...end } = ends[failure];
      return { failure, ...end, ...(parkReason === undefined ? {} : { parkReason }) };
    }),
  }));
  matrices.set(definition, matrix);
  return matrix;
}

interface Known {
  readonly definition?: SagaDefinition;
  readonly stored?: StoredPlan;
}

function summaryOf({ definition, stored }: Known): PlanSummary {
  const { name, version, fingerprint } = (definition ?? stored) as SagaDefinition | StoredPlan;
  return {
    ...{ name, version, fingerprint, here: definition !== undefined },
    ...(stored === undefined
      ? {}
      : { firstSeen: stored.firstSeen.getTime(), lastSeen: stored.lastSeen.getTime() }),
  };
}

function wholeOf(known: Known): Plan {
  const { definition, stored } = known;
  const json = definition?.toJSON() ?? stored?.plan;
  return {
    ...summaryOf(known),
    steps: json === undefined ? [] : planOf(json, definition),
    ...(definition === undefined
      ? {}
      : { matrix: matrixOf(definition), mermaid: definition.toMermaid() }),
  };
}

const byName = (one: PlanSummary, other: PlanSummary): number =>
  one.name === other.name ? other.version - one.version : one.name < other.name ? -1 : 1;

/** The plans that are known, of this process and of others, and one of them whole. */
export const plans: Route = {
  method: 'get',
  path: 'api/plans',
  async answer(dashboard, call): Promise<Plans> {
    const names = await (await dashboard.reads(call)).names();
    const known = new Map<string, Known>();
    for (const stored of await dashboard.plans.stored()) known.set(keyOf(stored), { stored });
    for (const definition of dashboard.operations.definitions)
      known.set(keyOf(definition), { ...known.get(keyOf(definition)), definition });
    const all = [...known.values()]
      .filter((one) => names.includes(summaryOf(one).name))
      .sort((one, other) => byName(summaryOf(one), summaryOf(other)));
    const asked = textOf(call.request.query, 'plan');
    const chosen = all.find((one) => keyOf(summaryOf(one)) === asked) ?? all[0];
    return {
      now: Date.now(),
      plans: all.map(summaryOf),
      ...(chosen === undefined ? {} : { plan: wholeOf(chosen) }),
    };
  },
};
