// One round of undos in sagas of one length, alone in its process: node undo-child.mjs <config as JSON>
import { loadCore } from './subjects/ours.mjs';

const { lib, steps, undos } = JSON.parse(process.argv[2]);
const { SagaOrchestratorBuilder, defineSaga, silentLogger } = await loadCore(lib);

let failedAt = 0;
let undone = 0;
const work = Array.from({ length: steps }, (_, at) => ({
  label: `step-${at}`,
  action: async () => at,
  compensate: async () => void (undone += 1),
}));
const last = {
  label: 'last',
  action: () => {
    failedAt = performance.now();
    throw new Error('declined');
  },
};
const definition = defineSaga('Long', [...work, last]);

/** From the failure of the last step to the end, in ms: nothing in it waits. */
async function msOfWayBack() {
  const saga = new SagaOrchestratorBuilder('Long', {}, silentLogger, { definition });
  await saga.runAsync().catch(() => undefined);
  return performance.now() - failedAt;
}

/** Long enough for any number, where an undo does not look at all others. */
const LONGEST_MS = 2_000;

async function nsPerUndo() {
  undone = 0;
  let ms = 0;
  let sagas = 0;
  do {
    ms += await msOfWayBack();
    sagas += 1;
  } while (undone < undos && ms < LONGEST_MS);
  if (undone !== sagas * steps) throw new Error(`${undone} undos, not ${sagas * steps}`);
  return (ms * 1e6) / undone;
}

await nsPerUndo();
process.stdout.write(JSON.stringify({ ns: await nsPerUndo() }));
