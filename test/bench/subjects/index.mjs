import { byHand, nested } from './by-hand.mjs';
import { effect } from './effect.mjs';
import { nodeSagasOnce, nodeSagasPerSaga } from './node-sagas.mjs';
import { loadOurs } from './ours.mjs';
import { loadExtras } from './extras.mjs';

export { arrived, Order } from './steps.mjs';

/**
 * All subjects, made when asked for. A subject is `{ name, run(order): Promise, undone, close? }`;
 * `undone` counts its undos when the last step fails.
 *
 * @param lib The folder of the built library.
 */
export async function loadSubjects(lib) {
  return {
    hand: byHand,
    nested,
    ...(await loadOurs(lib)),
    nodeSagas: nodeSagasOnce,
    nodeSagasPerSaga,
    effect,
    nest: async () => (await import('./nest.mjs')).throughNest(lib),
    ...(await loadExtras(lib)),
  };
}
