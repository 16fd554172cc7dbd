import { quoted, type Run, shownWhole } from '../../../core/engine/index.js';
import { listIds } from '../runs/list-ids.js';

/**
 * Why a saga bears the name of this plan and has nothing else of it, as one of another service that shares
 * the journal; `undefined` for all others. To park it, or to run a step for it, would be an act on a
 * stranger.
 */
export function whyStranger({ definition, state }: Run): string | undefined {
  const labels = state.steps.map(({ label }) => label);
  if (labels.length === 0 || labels.some((label) => definition.step(label) !== undefined)) {
    return undefined;
  }
  return (
    `it has run ${listIds(labels.map(quoted))}, and no step of ${shownWhole(definition.name)} here is called so. If it ` +
    "is another service's, give each its own forRoot({ application }); if it is not, terminate it, or " +
    'bring its steps back'
  );
}
