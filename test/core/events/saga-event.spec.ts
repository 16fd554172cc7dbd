import { toEvent, type SagaEvent, type SagaRecord } from 'nestjs-saga-orchestrator/core';
import { answers, declines, losesItsAnswer } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

const SECRET = 'pk_live_secret';
const leaky = () => Object.assign(new Error('declined'), { code: 'DECLINED', token: SECRET });
const event = (record: SagaRecord) => toEvent('PlaceOrder', 's-1', 1_000, record);
const source = { sagaName: 'PlaceOrder', sagaId: 's-1', at: 1_000 };
const shown = { name: 'Error', message: 'declined', code: 'DECLINED' };
const attempt = { label: 'Charge', attempt: 2 };
const failure = { ...attempt, retryable: true, retryAt: 1_100 };

describe('toEvent', () => {
  it.each<[SagaRecord, object]>([
    [
      { type: 'started', ...attempt, owesUndo: true },
      { type: 'started', ...attempt, owesUndo: true },
    ],
    [
      { type: 'done', ...attempt, result: SECRET, pivot: true },
      { type: 'done', ...attempt, pivot: true },
    ],
    [
      { type: 'done', ...attempt, result: SECRET, pivot: false, unstorable: leaky() },
      { type: 'done', ...attempt, pivot: false },
    ],
    [
      { type: 'failed', outcome: 'unknown', ...failure, error: leaky() },
      { type: 'failed', outcome: 'unknown', ...failure, error: shown },
    ],
    [
      { type: 'probed', label: 'Charge', answer: 'done', result: SECRET, pivot: false },
      { type: 'probed', label: 'Charge', answer: 'done', pivot: false },
    ],
    [
      { type: 'cancel-requested', by: 'operator', reason: 'no stock' },
      { type: 'cancel-requested', by: 'operator', reason: 'no stock' },
    ],
    [
      {
        type: 'compensating',
        cause: { reason: 'step-failed', label: 'Charge', error: leaky() },
      },
      { type: 'compensating', reason: 'step-failed', label: 'Charge', error: shown },
    ],
    [
      { type: 'undo-started', ...attempt },
      { type: 'undo-started', ...attempt },
    ],
    [
      { type: 'undone', ...attempt },
      { type: 'undone', ...attempt },
    ],
    [
      { type: 'undo-failed', ...failure, error: leaky() },
      { type: 'undo-failed', ...failure, error: shown },
    ],
    [
      { type: 'recovered', owner: 'process-2' },
      { type: 'recovered', owner: 'process-2' },
    ],
    [
      { type: 'resumed', skip: ['Reserve'] },
      { type: 'resumed', skip: ['Reserve'] },
    ],
    [{ type: 'completed' }, { type: 'completed' }],
    [{ type: 'compensated' }, { type: 'compensated' }],
    [
      { type: 'parked', reason: 'in-doubt', label: 'Charge' },
      { type: 'parked', reason: 'in-doubt', label: 'Charge' },
    ],
  ])('tells %j without payloads and stacks', (record, told) => {
    expect(event(record)).toEqual({ ...source, ...told });
    expect(JSON.stringify(event(record))).not.toContain(SECRET);
  });

  it.each([
    ['a string', 'declined', { name: 'Error', message: 'declined' }],
    ['null', null, { name: 'Error', message: 'null' }],
    ['an Error without a code', new TypeError('x'), { name: 'TypeError', message: 'x' }],
    ['a numeric code', Object.assign(new Error('x'), { code: 503 }), { code: 503 }],
    ['a code that is an object', Object.assign(new Error('x'), { code: {} }), { message: 'x' }],
  ])('shows %s as an error', (_, error, told) => {
    expect(event({ type: 'undo-failed', ...failure, error })).toMatchObject({ error: told });
  });

  it('gives a union that a switch can exhaust by type', () => {
    const told = (of: SagaEvent): string => {
      switch (of.type) {
        case 'failed':
        case 'undo-failed':
          return `${of.label}: ${of.error.message}`;
        case 'compensating':
          return `${of.reason}: ${of.error.message}`;
        default:
          return of.type;
      }
    };
    expect(told(event({ type: 'undo-failed', ...failure, error: leaky() }))).toBe(
      'Charge: declined',
    );
  });
});

describe('observers', () => {
  it('are told every record in order, with its time', async () => {
    const shop = new Shop();
    const told: SagaEvent[] = [];
    const observers = [
      {
        onRecord: (run: { sagaName: string; sagaId: string }, record: SagaRecord, at: number) =>
          void told.push(toEvent(run.sagaName, run.sagaId, at - shop.clock.now(), record)),
      },
    ];
    const saga = shop
      .saga({ observers, id: 's-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Charge', { does: [losesItsAnswer, declines()], undoes: null, retry: 1 }));
    await shop.failure(saga);
    expect(told.map(({ type }) => type)).toEqual([
      ...['started', 'done', 'started', 'failed', 'started', 'failed'],
      ...['compensating', 'undo-started', 'undone', 'compensated'],
    ]);
    expect(told.every(({ sagaId, at }) => sagaId === 's-1' && at === 0)).toBe(true);
  });

  it('see the same records, whatever the steps answer, with a logger of any level', async () => {
    const shop = new Shop();
    await shop.run(shop.saga().step(shop.step('Reserve', { does: [answers(SECRET)] })));
    expect(shop.history).toEqual(['started Reserve', 'done Reserve', 'completed']);
  });
});
