import {
  defineSaga,
  InProcessEngine,
  memoryJournal,
  type SagaEngine,
} from 'nestjs-saga-orchestrator';
import { RecordingLogger } from '../../support/recording-logger.js';

const FORGED = 'o-1\n2026-11-24 ERROR all is lost\u2028';
const ref = { name: 'Order', id: FORGED };
const why = { by: 'eve', reason: 'a test' };
const label = `Charge\nERROR`;

const ACTS: readonly [text: string, act: (engine: SagaEngine) => Promise<unknown>][] = [
  ['Cannot cancel saga Order', (engine) => engine.cancel(ref, 'no')],
  ['Cannot terminate saga Order', (engine) => engine.manual(ref, { act: 'terminate' }, why)],
  [
    'Cannot retry the compensations of saga Order',
    (engine) => engine.manual(ref, { act: 'retry-compensation' }, why),
  ],
  [
    "Cannot mark step 'Charge\\u000aERROR' as compensated in saga Order",
    (engine) => engine.manual(ref, { act: 'mark-compensated', label }, why),
  ],
  [
    "Cannot mark step 'Charge\\u000aERROR' as done in saga Order",
    (engine) => engine.manual(ref, { act: 'mark-done', label }, why),
  ],
  [
    "Cannot mark step 'Charge\\u000aERROR' as not done in saga Order",
    (engine) => engine.manual(ref, { act: 'mark-not-done', label }, why),
  ],
  ['No saga Order', (engine) => engine.cancel({ ...ref, id: `${FORGED}2` }, 'no')],
  ['Cannot resume Order from', (engine) => engine.resume(ref, 'Ship\nERROR')],
];

describe('what operators are told quotes ids and labels: none of them can forge a line', () => {
  it.each(ACTS)('%s', async (text, act) => {
    const engine = new InProcessEngine({
      journal: memoryJournal(),
      logger: new RecordingLogger('error'),
    });
    const fails = () => {
      throw new Error('declined');
    };
    const plan = defineSaga('Order', [{ label: 'Charge', action: fails, compensate: () => 1 }]);
    engine.register(plan);
    const handle = await engine.start(plan, {}, { id: FORGED });
    const ended = await handle.result().catch((error: Error) => error.message);
    expect(ended).toContain("Saga Order 'o-1\\u000a2026-11-24 ERROR all is lost\\u2028' failed at");
    const { message } = await act(engine).then(
      () => new Error('nothing: it was accepted'),
      (error: Error) => error,
    );
    expect(message).toContain(text);
    expect(message).not.toMatch(/[\n\u2028]/);
    await engine.close();
  });
});
