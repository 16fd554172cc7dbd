import { defineSaga, memoryJournal, type SagaEngine } from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { refuseUnreadable } from '../../../lib/engines/in-process/runs/run-factory.js';
import type { StoredSaga } from '../../../lib/core/journal/index.js';
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
  ['Cannot resume saga Order', (engine) => engine.resume(ref, 'Ship\nERROR')],
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

describe('what callers are told quotes names and ids: none of them can forge a line', () => {
  it('of a start under an id that belongs to another input', async () => {
    const logger = new RecordingLogger('error');
    const engine = new InProcessEngine({ journal: memoryJournal(), logger });
    const plan = defineSaga(FORGED, [{ label: 'Charge', action: () => 1, compensate: () => 1 }]);
    engine.register(plan);
    const first = await engine.start(plan, { total: 1 }, { id: FORGED });
    await first.result();
    const { message } = await engine.start(plan, { total: 2 }, { id: FORGED }).then(
      () => new Error('nothing: it was accepted'),
      (error: Error) => error,
    );
    expect(message).toContain('was started with another input');
    expect(message).not.toMatch(/[\n\u2028]/);
    await engine.close();
  });

  it.each(['running', 'asleep'])('of a saga that cannot be read, with the status %s', (status) => {
    const row = { name: FORGED, id: FORGED, status } as StoredSaga['row'];
    const read = () =>
      refuseUnreadable({ row, entries: [], nextSeq: 2, damage: 'a record is missing' });
    expect(read).toThrow(/^Saga|^saga/);
    expect(read).not.toThrow(/[\n\u2028]/);
  });
});
