import { ResultFactory, type SagaStep } from 'nestjs-saga-orchestrator/core';
import { of, Subject, throwError } from 'rxjs';
import { declines, rejects, returns, throws } from '../../support/behaviours.js';
import { Shop, type OrderContext } from '../../support/shop.js';

/** What neverthrow and ts-results-es give: the same four members, none of our classes. */
const foreign = {
  ok: (value: unknown) => ({ isOk: () => true, isErr: () => false, value }),
  err: (error: unknown) => ({ isOk: () => false, isErr: () => true, error }),
};

const HOSTILE_THROWS: readonly (readonly [string, unknown])[] = [
  ['an Error', new Error('no stock')],
  ['a string', 'no stock'],
  ['null', null],
  ['undefined', undefined],
  ['a number', 0],
  ['a symbol', Symbol('no stock')],
  ['a frozen object', Object.freeze({ reason: 'no stock' })],
  ['an object without a prototype', Object.create(null)],
  [
    'an object whose toString throws',
    {
      toString() {
        throw new Error('toString');
      },
    },
  ],
  [
    'a function whose toString throws',
    Object.assign(() => 1, {
      toString() {
        throw new Error('toString');
      },
    }),
  ],
  ['a frozen Error', Object.freeze(new Error('no stock'))],
];

describe('an attempt succeeds (semantics 1)', () => {
  it.each([
    ['an Ok', ResultFactory.success('tx-1'), 'tx-1'],
    ['an empty Ok', ResultFactory.success(), undefined],
    ['a plain value', 'tx-1', 'tx-1'],
    ['undefined', undefined, undefined],
    ['null', null, null],
    ['false', false, false],
    ['a foreign Ok', foreign.ok('tx-1'), 'tx-1'],
    ['a promise of an Ok', Promise.resolve(ResultFactory.success('tx-1')), 'tx-1'],
    ['an observable of several values: its last', of('tx-0', 'tx-1'), 'tx-1'],
    ['an observable of an Ok', of(ResultFactory.success('tx-1')), 'tx-1'],
    ['an observable without a value', of(), undefined],
    ['an object with an error in it', { error: 'none' }, { error: 'none' }],
  ])('when its action returns %s', async (_, returned, result) => {
    const shop = new Shop();
    const saga = shop.saga().step(shop.step('Charge', { does: [returns(returned)] }));
    await shop.run(saga);
    expect(saga.getContext().isSuccess).toBe(true);
    expect(saga.getStepResult('Charge')).toEqual(result);
  });
});

describe('an attempt fails, and the steps before it are undone (semantics 1)', () => {
  async function failsWith(does: Parameters<typeof returns>[0]) {
    const shop = new Shop();
    const charge = shop.step('Charge', { does: [does as never] });
    const error = await shop.failure(shop.saga().step(shop.step('Reserve')).step(charge));
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(error).toMatchObject({
      status: 'compensated',
      failedLabel: 'Charge',
      compensated: ['Reserve'],
    });
    return error;
  }

  it.each([
    ['an Err', ResultFactory.error('DECLINED', 'card declined')],
    ['a promise of an Err', Promise.resolve(ResultFactory.error('DECLINED', 'card declined'))],
    ['a foreign Err', foreign.err(new Error('card declined'))],
    ['an observable of an Err', of(ResultFactory.error('DECLINED', 'card declined'))],
    ['an observable that errors', throwError(() => new Error('card declined'))],
  ])('when its action returns %s', async (_, returned) => {
    const error = await failsWith(returns(returned));
    expect(error.cause).toMatchObject({ message: 'card declined' });
  });

  it.each(HOSTILE_THROWS)('when its action throws %s synchronously', async (_, thrown) => {
    await failsWith(throws(thrown));
  });

  it.each(HOSTILE_THROWS)('when its action rejects with %s', async (_, thrown) => {
    await failsWith(rejects(thrown));
  });

  it('wraps what is no Error, and keeps it as the cause', async () => {
    const thrown = Object.freeze({ reason: 'no stock' });
    const error = await failsWith(throws(thrown));
    expect(error.cause).toBeInstanceOf(Error);
    expect((error.cause as Error).cause).toBe(thrown);
  });

  it('says what a thrown object says', async () => {
    const shop = new Shop();
    const thrown = { code: 'E42', message: 'no stock', token: 'secret' };
    const error = await shop.failure(
      shop.saga().step(shop.step('Charge', { does: [rejects(thrown)] })),
    );
    expect((error.cause as Error).message).toBe("Step 'Charge' failed: no stock, code E42");
  });

  it('passes a thrown Error on as it is, unchanged', async () => {
    const thrown = Object.freeze(new Error('no stock'));
    const error = await failsWith(throws(thrown));
    expect(error.cause).toBe(thrown);
  });
});

describe('an observable', () => {
  it('is unsubscribed from at the time limit, which takes the request back', async () => {
    const shop = new Shop();
    const answer = new Subject<string>();
    const charge = shop.step('Charge', { does: [returns(answer)], timeout: 1_000 });
    await shop.failure(shop.saga().step(charge));
    expect(answer.observed).toBe(false);
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
  });
});

describe('a saga', () => {
  it('runs its steps in order, each once, and shows their results by label', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Reserve', { does: [returns('r-1')] }))
      .step(shop.step('Charge', { does: [returns('tx-1')] }))
      .step(shop.step('Ship', { does: [returns('s-1')] }));
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
    expect(['Reserve', 'Charge', 'Ship'].map((label) => saga.getStepResult(label))).toEqual([
      'r-1',
      'tx-1',
      's-1',
    ]);
    expect(shop.clock.pending).toBe(0);
  });

  it('knows no result of a step that failed, was not reached or does not exist', async () => {
    const shop = new Shop();
    const saga = shop
      .saga()
      .step(shop.step('Charge', { does: [declines()] }))
      .step(shop.step('Ship'));
    await shop.failure(saga);
    for (const label of ['Charge', 'Ship', 'Nothing', '__proto__', 'constructor', 'toString']) {
      expect(saga.getStepResult(label)).toBeUndefined();
    }
  });

  it('keeps results under labels that mean something to JavaScript (semantics 38)', async () => {
    const shop = new Shop();
    const labels = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    let saga = shop.saga();
    for (const label of labels) saga = saga.step(shop.step(label, { does: [returns(label)] }));
    await shop.run(saga);
    expect(labels.map((label) => saga.getStepResult(label))).toEqual(labels);
    expect({}).not.toHaveProperty('polluted');
  });

  it('lets a step read the results before it', async () => {
    const shop = new Shop();
    const ship: SagaStep<OrderContext> = {
      label: 'Ship',
      action: (ctx) => `shipped for ${ctx.getStepResult<string>('Charge')}`,
    };
    const saga = shop
      .saga()
      .step(shop.step('Charge', { does: [returns('tx-1')] }))
      .step(ship);
    await shop.run(saga);
    expect(saga.getStepResult('Ship')).toBe('shipped for tx-1');
  });
});
