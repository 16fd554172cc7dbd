import { byHand } from './by-hand.mjs';
import { effect } from './effect.mjs';
import { nodeSagasOnce, nodeSagasPerSaga } from './node-sagas.mjs';
import { loadOurs } from './ours.mjs';

export { Order } from './steps.mjs';

/**
 * All subjects, made when asked for, in the order in which they are measured. A subject is
 * `{ name, run(order): Promise, undone }`; `undone` counts its undos when the last step fails.
 */
export async function loadSubjects(core) {
  const ours = await loadOurs(core);
  return {
    hand: byHand,
    ours: ours.builder,
    oursOnce: ours.definedOnce,
    nodeSagas: nodeSagasOnce,
    nodeSagasPerSaga,
    effect,
    oursSilentWinston: ours.silentWinston,
    oursWinstonAtError: ours.winstonAtError,
  };
}
