import { FAILURES, failureMatrix, type SagaDefinition } from '../../core/index.js';
import { textOf } from '../http.js';
import { planOf } from '../plan.js';
import type { Plan, Plans, PlanSummary } from '../ui/wire.js';
import type { Route } from './route.js';

function summaryOf({ name, version, fingerprint }: SagaDefinition): PlanSummary {
  return { name, version, fingerprint, here: true };
}

const keyOf = ({ name, version, fingerprint }: PlanSummary): string =>
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

function wholeOf(definition: SagaDefinition): Plan {
  return {
    ...summaryOf(definition),
    steps: planOf(definition.toJSON(), definition),
    matrix: matrixOf(definition),
    mermaid: definition.toMermaid(),
  };
}

/** The plans that are known, and one of them whole. */
export const plans: Route = {
  method: 'get',
  path: 'api/plans',
  async answer(dashboard, call): Promise<Plans> {
    const { names } = await dashboard.reads(call);
    const own = dashboard.operations.definitions.filter(({ name }) => names.includes(name));
    const all = [...own].sort((one, other) =>
      one.name === other.name ? other.version - one.version : one.name < other.name ? -1 : 1,
    );
    const asked = textOf(call.request.query, 'plan');
    const chosen = all.find((one) => keyOf(summaryOf(one)) === asked) ?? all[0];
    return {
      now: Date.now(),
      plans: all.map(summaryOf),
      ...(chosen === undefined ? {} : { plan: wholeOf(chosen) }),
    };
  },
};
