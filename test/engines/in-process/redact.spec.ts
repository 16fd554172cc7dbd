import { defineSaga, memoryJournal } from 'nestjs-saga-orchestrator';
import { InProcessEngine } from 'nestjs-saga-orchestrator/in-process';
import { RecordingLogger } from '../../support/recording-logger.js';

const order = defineSaga('PlaceOrder', [{ label: 'Create', action: () => 1, compensate: () => 1 }]);

describe('an engine without a module, with redact', () => {
  it('logs that startHeaders failed without the secrets in its error', async () => {
    const logger = new RecordingLogger();
    const engine = new InProcessEngine({
      ...{ journal: memoryJournal(), logger, redact: ['token'] },
      startHeaders: () => {
        throw new Error('no trace, token=sk-live-4711');
      },
    });
    const handle = await engine.start(order, {}, { id: 'o-1' });
    await handle.result();
    await engine.close();
    expect(logger.lines.map(({ fields }) => fields?.['error'])).toContain(
      'no trace, token=[REDACTED]',
    );
  });
});
