import {
  isGroup,
  nameProblem,
  refuseProblems,
  shown,
  unknownProblems,
} from '../definition/index.js';
import type { OperatorAct } from '../journal/index.js';
import type { SagaAct } from './engine-operators.js';

/** All acts, and whether each names a step. As a record, so that the compiler reports one that is missing. */
const ACTS: Readonly<Record<OperatorAct, 'label' | 'maybe' | 'none'>> = {
  ...{ cancel: 'none', resume: 'maybe', forget: 'none', terminate: 'none' },
  ...{ 'retry-compensation': 'none', 'mark-compensated': 'label' },
  ...{ 'mark-done': 'label', 'mark-not-done': 'label' },
};

export const OPERATOR_ACTS = Object.keys(ACTS) as readonly OperatorAct[];

/** @throws SagaOptionsError for what no operator can ask for. */
export function checkedAct(given: unknown): SagaAct {
  const known = OPERATOR_ACTS.join(', ');
  if (!isGroup(given) || !OPERATOR_ACTS.includes(given['act'] as OperatorAct)) {
    const what = isGroup(given) ? given['act'] : given;
    refuseProblems([`act must be one of ${known} (got ${shown(what)})`]);
  }
  const act = given as SagaAct & { readonly label?: unknown };
  const names = ACTS[act.act];
  const options = ['act', ...(names === 'none' ? [] : ['label'])];
  if (act.act === 'mark-done') options.push('result');
  const isLeftOut = names !== 'label' && act.label === undefined;
  refuseProblems([
    ...unknownProblems(`the act ${act.act}`, act, options),
    isLeftOut ? undefined : nameProblem('label', act.label),
  ]);
  return act;
}
