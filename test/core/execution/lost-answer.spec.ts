import { of, throwError } from 'rxjs';
import {
  isAnswerLost,
  NonRetryableError,
  OutcomeUnknownError,
  ResultFactory,
  type StepFailure,
} from 'nestjs-saga-orchestrator/core';
import { answers, declines, rejects, returns, throws } from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

const reset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const refused = (): Error => Object.assign(new Error('no'), { code: 'ECONNREFUSED' });

type Options = Parameters<Shop['step']>[1];

/** Reserve, then a Charge that does so; what came of it. */
async function charged(options: Options) {
  const shop = new Shop();
  const saga = shop.saga().step(shop.step('Reserve')).step(shop.step('Charge', options));
  const error: unknown = await shop.run(saga).then(
    () => undefined,
    (failure: unknown) => failure,
  );
  const outcomes = shop.records.flatMap((record) =>
    record.type === 'failed' ? [record.outcome] : [],
  );
  return { shop, saga, error, outcomes };
}

describe('a lost answer is not a failure (semantics 3a)', () => {
  it.each([
    ['thrown', throws(reset())],
    ['rejected', rejects(reset())],
    ['emitted by an observable', returns(throwError(reset))],
    ['the cause of what was thrown', throws(new Error('payment failed', { cause: reset() }))],
    ['no error at all', throws({ code: 'ETIMEDOUT' })],
    ['that must not be repeated', throws(new NonRetryableError('down', { cause: reset() }))],
  ])('%s: the step is undone as unknown', async (_, does) => {
    const { shop, outcomes } = await charged({ does: [does] });
    expect(outcomes).toEqual(['unknown']);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'unknown', result: undefined });
  });

  it.each([
    ['a request that never arrived', throws(refused())],
    ['an answer of the application', throws({ status: 500 })],
    ['an Err, whatever it holds', returns(ResultFactory.error('ECONNRESET', 'no', reset()))],
    ['an Err out of a promise', () => Promise.resolve(ResultFactory.error('EPIPE', 'no'))],
    [
      'an Err of an observable',
      returns(of({ isOk: () => false, isErr: () => true, error: reset() })),
    ],
  ])('but %s is one: nothing is undone', async (_, does) => {
    const { shop, outcomes } = await charged({ does: [does] });
    expect(outcomes).toEqual(['not-done']);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });

  it('is asked after by the probe, which brings the result back', async () => {
    const probe = () => ({ outcome: 'done', result: 'tx-1' }) as const;
    const { shop, saga, error } = await charged({ does: [throws(reset())], retry: 3, probe });
    expect(error).toBeUndefined();
    expect(saga.getStepResult('Charge')).toBe('tx-1');
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('is repeated as the policy says, and settled by an attempt that succeeds', async () => {
    const does = [throws(reset()), answers('tx-2')];
    const { saga, outcomes } = await charged({ does, retry: 1 });
    expect(outcomes).toEqual(['unknown']);
    expect(saga.getStepResult('Charge')).toBe('tx-2');
  });

  it('stays lost when a later attempt never arrives', async () => {
    const does = [throws(reset()), throws(refused())];
    const { shop } = await charged({ does, retry: 1 });
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it('is not repeated by a step that is not idempotent, and onError hears so', async () => {
    const told: StepFailure[] = [];
    const does = [throws(reset())];
    const onError = (failure: StepFailure) => void told.push(failure);
    const { shop } = await charged({ does, retry: 3, idempotent: false, onError });
    expect(told).toMatchObject([{ attempt: 1, willRetry: false, error: { code: 'ECONNRESET' } }]);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('is no secret to onError: willRetry is as the policy says', async () => {
    const told: boolean[] = [];
    const onError = ({ willRetry }: StepFailure) => void told.push(willRetry);
    await charged({ does: [throws(reset())], retry: 1, onError });
    expect(told).toEqual([true, false]);
  });

  it('may be excluded from the retries by retry.when: it is undone all the same', async () => {
    const retry = { retries: 3, when: (error: unknown) => !isAnswerLost(error) };
    const { shop } = await charged({ does: [throws(reset())], retry });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('of an undo is a failed undo, which is repeated', async () => {
    const { shop, error } = await charged({
      does: [declines()],
      undoes: null,
    });
    expect(error).toMatchObject({ status: 'compensated' });
    const second = new Shop();
    const saga = second
      .saga()
      .step(second.step('Reserve', { undoes: [throws(reset()), answers()] }))
      .step(second.step('Charge', { does: [declines()] }));
    expect(await second.failure(saga)).toMatchObject({ status: 'compensated' });
    expect(second.log).toEqual(['Reserve', 'Charge', 'undo Reserve', 'undo Reserve']);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });
});

describe('unknownWhen of a step', () => {
  it('takes the place of the default, in both directions', async () => {
    const unknownWhen = (error: unknown) => (error as Error).message === 'broker timeout';
    const lost = await charged({ does: [throws(new Error('broker timeout'))], unknownWhen });
    expect(lost.outcomes).toEqual(['unknown']);
    const clean = await charged({ does: [throws(reset())], unknownWhen });
    expect(clean.outcomes).toEqual(['not-done']);
  });

  it('is given what was thrown itself, once an attempt', async () => {
    const thrown = Object.freeze({ code: 'ECONNRESET' });
    const asked: unknown[] = [];
    const unknownWhen = (error: unknown) => asked.push(error) > 0;
    await charged({ does: [throws(thrown)], retry: 1, unknownWhen });
    expect(asked).toEqual([thrown, thrown]);
    expect(asked[0]).toBe(thrown);
  });

  it('is not asked where the answer is known: an Err, an OutcomeUnknownError, a timeout', async () => {
    const unknownWhen = jest.fn(() => false);
    const does = [declines()];
    expect((await charged({ does, unknownWhen })).outcomes).toEqual(['not-done']);
    const says = [throws(new OutcomeUnknownError('lost'))];
    expect((await charged({ does: says, unknownWhen })).outcomes).toEqual(['unknown']);
    const waits = { does: [() => new Promise(() => undefined)], timeout: 50, timeoutGrace: 0 };
    expect((await charged({ ...waits, unknownWhen })).outcomes).toEqual(['unknown']);
    expect(unknownWhen).not.toHaveBeenCalled();
  });

  it.each<[string, (error: unknown) => never]>([
    [
      'throws',
      () => {
        throw new Error('predicate broke');
      },
    ],
    ['answers nothing', (() => undefined) as never],
    ['answers later', (() => Promise.resolve(false)) as never],
    ['rejects', (() => Promise.reject(new Error('predicate broke'))) as never],
  ])('that %s counts as true, and is logged', async (_, unknownWhen) => {
    const { shop, outcomes } = await charged({ does: [throws(new Error('no'))], unknownWhen });
    expect(outcomes).toEqual(['unknown']);
    expect(shop.logger.messages('error')).toEqual([
      "unknownWhen of step 'Charge' failed; the outcome counts as unknown",
    ]);
  });

  it('that is no function is refused when the step is defined', () => {
    const shop = new Shop();
    const step = shop.step('Charge', { unknownWhen: 'ECONNRESET' as never });
    expect(() => shop.saga().step(step)).toThrow(
      "step 'Charge': unknownWhen must be a function (got 'ECONNRESET')",
    );
  });
});
