import { InternalServerErrorException } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import {
  LeaseLostError,
  NonRetryableError,
  ResultFactory,
  SagaConflictError,
  SagaExecutionException,
  SagaInterruptedError,
  SagaJournalError,
  SagaNotFoundError,
  SagaStateError,
  type SagaFailure,
} from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  rejects,
  throws,
  type Behaviour,
} from '../../../support/behaviours.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { rejectionOf, Shop } from '../../../support/shop.js';
import { JournaledShop } from '../journaled-shop.js';

const interrupted = () => new SagaInterruptedError('Payment', 'p-1', 'shutting down');

/** What a step that awaits another saga may throw while that goes on. */
const NO_OUTCOMES: readonly (readonly [what: string, error: () => unknown])[] = [
  ['interrupted', interrupted],
  ['journal failed', () => new SagaJournalError('The journal failed')],
  ['lease lost', () => new LeaseLostError('taken over')],
  ['as a cause', () => new Error('payment failed', { cause: interrupted() })],
  ['as the cause of a cause', () => new Error('x', { cause: { cause: interrupted() } })],
  ['in an AggregateError', () => new AggregateError([new Error('no'), interrupted()], 'both')],
  ["in Nest's HttpException", () => new InternalServerErrorException(interrupted())],
  ["in Nest's RpcException", () => new RpcException(interrupted())],
  ['behind a NonRetryableError', () => new NonRetryableError('x', { cause: interrupted() })],
  ['of another copy of this package', () => otherCopy('SAGA_INTERRUPTED')],
];

function otherCopy(code: string): Error {
  const brand = Symbol.for('nestjs-saga-orchestrator.error');
  return Object.assign(new Error('shutting down'), { code, [brand]: true });
}

function ended(failure: Partial<SagaFailure>): SagaExecutionException {
  return new SagaExecutionException({
    sagaId: 'p-1',
    sagaName: 'Payment',
    status: 'compensated',
    cause: interrupted(),
    compensated: [],
    notCompensated: [],
    skipped: [],
    compensationErrors: [],
    ...failure,
  });
}

async function records(shop: JournaledShop): Promise<string[]> {
  const stored = await shop.journal.load({ name: 'PlaceOrder', id: 'o-1' });
  return (stored?.entries ?? []).map(({ head }) => {
    const { type, label } = JSON.parse(head) as { type: string; label?: string };
    return label === undefined ? type : `${type} ${label}`;
  });
}

/** An order whose Pay, or whose undo of Pay, does this at first, on one engine that looks for work. */
async function orderThat(first: Behaviour, where: 'action' | 'undo' | 'probe' = 'action') {
  const shop = new JournaledShop();
  const pays = {
    action: { does: [first, answers('paid')] },
    undo: { undoes: [first, answers()] },
    probe: {
      does: [losesItsAnswer],
      probe: shop.step('ask', { does: [first, () => 'done'] }).action,
    },
  }[where];
  const chain = () => {
    const saga = shop
      .saga({ id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(shop.step('Pay', { retry: 2, ...pays } as never));
    return where === 'undo' ? saga.step(shop.step('Ship', { does: [declines()] })) : saga;
  };
  shop.engine.register(chain().build());
  await shop.engine.recover();
  const run = rejectionOf(shop.clock.until(chain().runAsync()));
  return { shop, chain, run };
}

describe('a step that awaits another saga, which goes on (semantics 8a)', () => {
  it.each(NO_OUTCOMES)('%s: stops its saga there, which is resumed later', async (_, error) => {
    const { shop, run } = await orderThat(throws(error()));
    const told = await run;
    expect(told).toBeInstanceOf(SagaInterruptedError);
    expect(told).toMatchObject({ sagaName: 'PlaceOrder', sagaId: 'o-1' });
    expect(await records(shop)).toEqual(['started Reserve', 'done Reserve', 'started Pay']);
    await shop.clock.advance(60_000);
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Pay']);
    expect(shop.calls.slice(1).map(({ ctx }) => ctx.attempt)).toEqual([1, 1]);
    expect(await shop.status('o-1')).toBe('completed');
  });

  it.each(NO_OUTCOMES)('%s, out of an undo: that undo is made again', async (_, error) => {
    const { shop, run } = await orderThat(rejects(error()), 'undo');
    expect(await run).toBeInstanceOf(SagaInterruptedError);
    expect((await records(shop)).at(-1)).toBe('undo-started Pay');
    await shop.clock.advance(60_000);
    expect(shop.log.slice(2)).toEqual(['Ship', 'undo Pay', 'undo Pay', 'undo Reserve']);
    expect(await shop.status('o-1')).toBe('compensated');
  });

  it.each(NO_OUTCOMES)('%s, out of a probe: that is no answer', async (_, error) => {
    const { shop, run } = await orderThat(throws(error()), 'probe');
    expect(await run).toBeInstanceOf(SagaInterruptedError);
    expect((await records(shop)).at(-1)).toBe('failed Pay');
    await shop.clock.advance(60_000);
    expect(shop.log).toEqual(['Reserve', 'Pay', 'ask', 'ask']);
    expect(await shop.status('o-1')).toBe('completed');
  });

  it('says so in the log, and tells onError nothing', async () => {
    const shop = new JournaledShop();
    const onError = jest.fn();
    const pay = shop.step('Pay', { does: [throws(interrupted())], onError });
    const told = await rejectionOf(shop.saga({ id: 'o-1' }).step(pay).runAsync());
    expect(told.message).toMatch(
      /step 'Pay' came to no outcome \(Saga Payment 'p-1' was interrupted/,
    );
    expect(told.cause).toMatchObject({ sagaId: 'p-1' });
    expect(onError).not.toHaveBeenCalled();
    expect(shop.logger.messages('warn')).toEqual([
      "The saga stops here and is resumed later: step 'Pay' came to no outcome",
    ]);
  });

  it('changes nothing when onError throws it: the attempt has failed before', async () => {
    const shop = new JournaledShop();
    const pay = { does: [declines()], onError: () => Promise.reject(interrupted()) };
    await shop.failure(shop.saga({ id: 'o-1' }).step(shop.step('Pay', pay)));
    expect(await shop.status('o-1')).toBe('compensated');
    expect(shop.logger.messages('error')).toContain("onError of step 'Pay' failed");
  });

  it('is asked again without haste, and is parked in the end, when it never gets an outcome', async () => {
    const shop = new JournaledShop();
    const refused = throws(new SagaJournalError('The journal of payments failed'));
    const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Pay', { does: [refused] }));
    shop.engine.register(chain().build());
    await shop.engine.recover();
    expect(await rejectionOf(chain().runAsync())).toBeInstanceOf(SagaInterruptedError);
    await shop.clock.advance(600_000);
    const times = shop.times('Pay');
    expect(times).toHaveLength(6);
    const pauses = times.slice(1).map((at, i) => at - (times[i] as number));
    expect(Math.min(...pauses)).toBeGreaterThan(1_000);
    const saga = await shop.engine.get({ name: 'PlaceOrder', id: 'o-1' });
    expect(saga).toMatchObject({ status: 'parked', parkReason: 'recovery-limit' });
  });

  it.each([
    ['probes', 'done', ['Pay', 'ask'], 'completed'],
    ['parks', undefined, ['Pay'], 'parked'],
  ])(
    '%s a step that is not idempotent, never blindly repeats it',
    async (_, answer, log, status) => {
      const shop = new JournaledShop();
      const probe = answer && { probe: shop.step('ask', { does: [() => answer] }).action as never };
      const pay = { does: [throws(interrupted()), answers()], idempotent: false, ...probe };
      const chain = () => shop.saga({ id: 'o-1' }).step(shop.step('Pay', pay));
      shop.engine.register(chain().build());
      await shop.engine.recover();
      await rejectionOf(chain().runAsync());
      await shop.clock.advance(60_000);
      expect(shop.log).toEqual(log);
      expect(await shop.status('o-1')).toBe(status);
    },
  );
});

describe('what a step says of another saga by an outcome of its own', () => {
  it.each([
    ['an Err that holds it', () => ResultFactory.error('PAYMENT', 'failed', interrupted())],
    ['a foreign Err', () => ({ isOk: () => false, isErr: () => true, error: interrupted() })],
    ['one that was compensated', throws(ended({}))],
    ['a conflict', throws(new SagaConflictError('another input'))],
    ['a wrong state', throws(new SagaStateError('it is running'))],
    ['an unknown saga', throws(new SagaNotFoundError('No saga'))],
  ])('%s: is a failure, and nothing is in doubt', async (_, does) => {
    const shop = new JournaledShop();
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Reserve'));
    const error = await shop.failure(saga.step(shop.step('Pay', { does: [does] })));
    expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Pay', notCompensated: [] });
    expect(shop.log).toEqual(['Reserve', 'Pay', 'undo Reserve']);
  });

  it.each([
    ['itself', () => ended({ status: 'parked' })],
    ['as a cause', () => new Error('payment', { cause: ended({ status: 'parked' }) })],
    ['among others', () => new AggregateError([new Error('x'), ended({ status: 'parked' })])],
  ])('parked, %s: the attempt is unknown, and the step is undone', async (_, error) => {
    const shop = new JournaledShop();
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Pay', { does: [throws(error())] }));
    await shop.failure(saga);
    expect(shop.log).toEqual(['Pay', 'undo Pay']);
    expect(shop.undoContext('Pay').outcome).toBe('unknown');
  });

  it('parked, and nothing to undo it with: it is among the not compensated', async () => {
    const shop = new JournaledShop();
    const does = [throws(ended({ status: 'parked' }))];
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Pay', { does, undoes: null }));
    expect(await shop.failure(saga)).toMatchObject({ notCompensated: ['Pay'] });
  });

  it('parked, in an undo: that undo has failed, with it as the error', async () => {
    const shop = new JournaledShop();
    const parked = ended({ status: 'parked' });
    const pay = { undoes: [throws(parked)], compensationRetry: 0 };
    const saga = shop.saga({ id: 'o-1' }).step(shop.step('Pay', pay));
    const error = await shop.failure(saga.step(shop.step('Ship', { does: [declines()] })));
    expect(error).toMatchObject({ status: 'parked', parkReason: 'compensation-failed' });
    expect(error.compensationErrors[0]?.error).toBe(parked);
  });
});

describe('a bare chain whose step awaits another saga (semantics 8a)', () => {
  const silent = (): RecordingLogger => Object.assign(new RecordingLogger(), { silent: true });
  const observed = [
    ['observed', () => new Shop(), {} as object],
    ['observed by nobody', () => new Shop(silent()), { observers: undefined } as object],
  ] as const;

  it.each(observed)('%s: tells its caller, and undoes nothing', async (_, open, options) => {
    const shop = open();
    const pay = shop.step('Pay', { does: [throws(interrupted()), answers('paid')] });
    const saga = shop
      .saga({ ...options, id: 'o-1' })
      .step(shop.step('Reserve'))
      .step(pay);
    const told = await rejectionOf(saga.runAsync());
    expect(told).toMatchObject({ code: 'SAGA_INTERRUPTED', sagaName: 'PlaceOrder', sagaId: 'o-1' });
    expect(told.message).toMatch(/run it again to resume it/);
    expect(shop.log).toEqual(['Reserve', 'Pay']);
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Pay', 'Pay']);
    expect(saga.getStepResult('Pay')).toBe('paid');
  });

  it.each(observed)(
    '%s: never blindly repeats what is not idempotent',
    async (_, open, options) => {
      const shop = open();
      const pay = shop.step('Pay', { does: [throws(interrupted())], idempotent: false, retry: 3 });
      const saga = shop.saga(options).step(pay);
      await rejectionOf(saga.runAsync());
      expect(await shop.failure(saga)).toMatchObject({ parkReason: 'in-doubt' });
      expect(shop.log).toEqual(['Pay']);
    },
  );

  it('out of an undo: goes on with that undo when it is run again', async () => {
    const shop = new Shop();
    const pay = shop.step('Pay', { undoes: [throws(interrupted()), answers()] });
    const saga = shop
      .saga()
      .step(shop.step('Reserve'))
      .step(pay)
      .step(shop.step('Ship', { does: [declines()] }));
    expect(await rejectionOf(saga.runAsync())).toMatchObject({ code: 'SAGA_INTERRUPTED' });
    expect(await shop.failure(saga)).toMatchObject({ compensated: ['Pay', 'Reserve'] });
    expect(shop.log.slice(2)).toEqual(['Ship', 'undo Pay', 'undo Pay', 'undo Reserve']);
  });
});
