import { silentLogger } from 'nestjs-saga-orchestrator/core';
import { answers, declines, losesItsAnswer, rejects, throws } from '../../support/behaviours.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { order, Shop } from '../../support/shop.js';

const SECRET = 'pk_live_secret';

async function completed(logger: RecordingLogger) {
  const shop = new Shop(logger);
  const slowly = () =>
    new Promise((resolve) => shop.clock.schedule(1_500, () => resolve({ token: SECRET })));
  const saga = shop
    .saga({ id: 'order-77' }, { ...order(), productId: SECRET })
    .step(shop.step('Reserve'))
    .step(shop.step('Charge', { does: [slowly] }));
  await shop.run(saga);
  return shop;
}

async function compensated(logger: RecordingLogger, undo = answers()) {
  const shop = new Shop(logger);
  const failing = Object.assign(new Error('card declined'), { config: { token: SECRET } });
  const saga = shop
    .saga({ id: 'order-77' }, { ...order(), productId: SECRET })
    .step(shop.step('Reserve', { undoes: [undo], compensationRetry: 0 }))
    .step(
      shop.step('Charge', {
        does: [losesItsAnswer, rejects(failing)],
        retry: 1,
        probe: () => 'unknown',
      }),
    );
  await shop.failure(saga);
  return shop;
}

describe('the log of a saga', () => {
  it('is one info line when it completes, with structured fields', async () => {
    const logger = new RecordingLogger();
    await completed(logger);
    expect(logger.lines).toEqual([
      {
        level: 'info',
        message: 'Saga PlaceOrder completed',
        fields: { saga: 'PlaceOrder', sagaId: 'order-77', durationMs: 1_500 },
      },
    ]);
  });

  it('is one warning when it was compensated, one error when it was parked', async () => {
    const undone = new RecordingLogger();
    await compensated(undone);
    const declined = { name: 'Error', message: 'card declined' };
    expect(undone.lines).toMatchObject([
      {
        level: 'warn',
        message: 'Saga PlaceOrder compensated',
        fields: { reason: 'step-failed', label: 'Charge', error: declined },
      },
    ]);
    const parked = new RecordingLogger();
    await compensated(parked, declines('no way'));
    expect(parked.lines).toMatchObject([
      {
        level: 'error',
        message: 'Saga PlaceOrder parked',
        fields: { reason: 'compensation-failed', label: 'Reserve', error: { message: 'no way' } },
      },
    ]);
  });

  it('tells every step at debug, with label, attempt and duration', async () => {
    const logger = new RecordingLogger('debug');
    await completed(logger);
    const source = { saga: 'PlaceOrder', sagaId: 'order-77' };
    expect(logger.lines.map(({ level, message, fields }) => [level, message, fields])).toEqual([
      ['debug', 'Saga PlaceOrder: started', { ...source, label: 'Reserve', attempt: 1 }],
      [
        'debug',
        'Saga PlaceOrder: done',
        { ...source, label: 'Reserve', attempt: 1, durationMs: 0 },
      ],
      ['debug', 'Saga PlaceOrder: started', { ...source, label: 'Charge', attempt: 1 }],
      [
        'debug',
        'Saga PlaceOrder: done',
        { ...source, label: 'Charge', attempt: 1, durationMs: 1_500 },
      ],
      ['info', 'Saga PlaceOrder completed', { ...source, durationMs: 1_500 }],
    ]);
  });

  it('tells failures, probes, turns and undos at debug', async () => {
    const logger = new RecordingLogger('debug');
    await compensated(logger);
    const told = logger.lines.map(({ message }) => message.replace(/^Saga PlaceOrder:? /, ''));
    expect(told).toEqual([
      ...['started', 'done', 'started', 'failed', 'probed', 'started', 'failed'],
      ...['compensating', 'undo-started', 'undone', 'undo-started', 'undone', 'compensated'],
    ]);
    const turn = logger.lines.find(({ message }) => message.endsWith('compensating'));
    expect(turn?.fields).toMatchObject({
      reason: 'step-failed',
      error: { name: 'Error', message: 'card declined' },
    });
  });

  it('tells a cancel, and by whom', async () => {
    const shop = new Shop(new RecordingLogger('debug'));
    const cancels = (): void => saga.cancel('too dear');
    const saga = shop.saga().step(shop.step('Charge', { does: [cancels] }));
    await shop.failure(saga);
    const line = shop.logger.lines.find(({ message }) => message.endsWith('cancel-requested'));
    expect(line?.fields).toMatchObject({ by: 'operator', reason: 'too dear' });
  });

  it('never has a payload in it: no context, no result, no property of an error (semantics 36)', async () => {
    const logger = new RecordingLogger('debug');
    await completed(logger);
    await compensated(logger);
    await compensated(logger, declines('no way'));
    expect(logger.text).not.toContain(SECRET);
    expect(logger.text).not.toContain('at ');
  });

  it('asks for each level once per saga, not once per line', async () => {
    const logger = new RecordingLogger('debug');
    await compensated(logger);
    expect(logger.lookups.length).toBeLessThanOrEqual(2);
  });

  it('is empty for a silent logger, and for one that would not even show errors', async () => {
    const silent = new RecordingLogger();
    Object.assign(silent, { silent: true });
    await completed(silent);
    expect(silent.lines).toEqual([]);
    const off = Object.assign(new RecordingLogger(), { isLevelEnabled: () => false });
    await completed(off);
    expect(off.lines).toEqual([]);
  });

  it('shows every level of a logger that cannot be asked', async () => {
    const logger = new RecordingLogger();
    Object.assign(logger, { isLevelEnabled: undefined });
    await completed(logger);
    expect(logger.lines).toHaveLength(5);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('log sink away'))],
    ['throws', throws(new Error('log sink away')) as () => never],
  ])('changes nothing and ends no process when the logger %s', async (_, fails) => {
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    const logger = new RecordingLogger('debug');
    Object.assign(logger, { debug: fails, info: fails, warn: fails, error: fails });
    const shop = await compensated(logger);
    expect(shop.log).toContain('undo Reserve');
    // Node tells of unhandled rejections at the end of a turn.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('can be turned off with silentLogger', () => {
    expect(silentLogger.silent).toBe(true);
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(silentLogger[level]('x')).toBeUndefined();
    }
  });
});
