import { OutcomeUnknownError, type ProbeAnswer } from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  neverAnswers,
  throws,
} from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

/** Reserve, then a Charge whose first answer is lost, with the given probe. */
function lostCharge(
  probe: (() => ProbeAnswer | PromiseLike<ProbeAnswer>) | undefined,
  options: Parameters<Shop['step']>[1] = {},
) {
  const shop = new Shop();
  const asked: number[] = [];
  const step = shop.step('Charge', {
    does: [losesItsAnswer, answers('tx-2')],
    ...options,
    ...(probe && {
      probe: () => {
        asked.push(shop.clock.monotonic());
        return probe();
      },
    }),
  });
  const saga = shop.saga().step(shop.step('Reserve')).step(step);
  return { shop, saga, asked };
}

describe('an unknown outcome (semantics 3)', () => {
  it('is what OutcomeUnknownError says: the step is undone, without a result', async () => {
    const { shop, saga } = lostCharge(undefined);
    const error = await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'unknown', result: undefined });
    expect(error.cause).toBeInstanceOf(OutcomeUnknownError);
  });

  it('stays unknown when a later attempt fails cleanly', async () => {
    const { shop, saga } = lostCharge(undefined, { does: [losesItsAnswer, declines()], retry: 1 });
    const error = await shop.failure(saga);
    expect(shop.undoContext('Charge').outcome).toBe('unknown');
    expect(error.cause).toMatchObject({ message: 'card declined' });
  });

  it('is settled by a later attempt that succeeds', async () => {
    const { shop, saga } = lostCharge(undefined, { retry: 1 });
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toBe('tx-2');
  });

  it('is never simply repeated when the step is not idempotent: it is undone', async () => {
    const { shop, saga } = lostCharge(undefined, { retry: 3, idempotent: false });
    await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('does not forbid a step that is not idempotent to repeat a clean failure', async () => {
    const does = [declines(), declines(), answers('tx-3')];
    const { shop, saga } = lostCharge(undefined, { does, retry: 3, idempotent: false });
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toBe('tx-3');
  });

  it('without a compensation leaves a trace: the label is among the not compensated', async () => {
    const { shop, saga } = lostCharge(undefined, { undoes: null });
    const error = await shop.failure(saga);
    expect(error).toMatchObject({ status: 'compensated', notCompensated: ['Charge'] });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
  });
});

describe('the probe (semantics 5)', () => {
  it('that answers done spares the retry; the saga goes on', async () => {
    const { shop, saga } = lostCharge(() => 'done', { retry: 2 });
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
    expect(saga.getContext().isSuccess).toBe(true);
    expect(saga.getStepResult('Charge')).toBeUndefined();
  });

  it('that answers done with the lost result brings it back', async () => {
    const { shop, saga } = lostCharge(() => ({ outcome: 'done', result: 'tx-1' }));
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toBe('tx-1');
  });

  it('that answers done lets the step be undone later, with its result', async () => {
    const { shop, saga } = lostCharge(async () => ({ outcome: 'done', result: 'tx-1' }));
    const error = await shop.failure(saga.step(shop.step('Ship', { does: [declines()] })));
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'done', result: 'tx-1' });
    expect(error).toMatchObject({ failedLabel: 'Ship', compensated: ['Charge', 'Reserve'] });
  });

  it('that answers not-done leads to a clean retry', async () => {
    const { shop, saga, asked } = lostCharge(() => 'not-done', { retry: 1, idempotent: false });
    await shop.run(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Charge']);
    expect(asked).toHaveLength(1);
  });

  it('that answers not-done with no retry left spares the undo', async () => {
    const { shop, saga } = lostCharge(() => 'not-done');
    const error = await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(error).toMatchObject({ failedLabel: 'Charge', notCompensated: [] });
  });

  it('that answers unknown changes nothing: retried when idempotent, undone as unknown', async () => {
    const retried = lostCharge(() => 'unknown', { retry: 1 });
    await retried.shop.run(retried.saga);
    expect(retried.shop.log).toEqual(['Reserve', 'Charge', 'Charge']);
    const undone = lostCharge(() => 'unknown', { retry: 1, idempotent: false });
    await undone.shop.failure(undone.saga);
    expect(undone.shop.undoContext('Charge').outcome).toBe('unknown');
  });

  it('is asked once for each doubt, and gives the step no attempt beyond its retries', async () => {
    for (const answer of ['unknown', 'not-done'] as const) {
      const { shop, saga, asked } = lostCharge(() => answer, { does: [losesItsAnswer], retry: 2 });
      await shop.failure(saga);
      expect(shop.times('Charge')).toHaveLength(3);
      expect(asked).toHaveLength(3);
    }
  });

  it('is not asked about clean failures', async () => {
    const { shop, saga, asked } = lostCharge(() => 'done', { does: [declines()] });
    await shop.failure(saga);
    expect(asked).toEqual([]);
  });

  it('settles a timed-out attempt as well, after the grace for it', async () => {
    const options = { does: [neverAnswers], timeout: 1_000, timeoutGrace: 200 };
    const { shop, saga, asked } = lostCharge(() => 'done', options);
    await shop.run(saga);
    expect(asked[0]).toBeGreaterThanOrEqual(1_200);
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it.each([
    ['throws', throws(new Error('probe broke'))],
    ['answers nonsense', () => 'maybe'],
    ['answers nothing', () => undefined],
    ['answers null', () => null],
  ])('that %s counts as unknown and is logged', async (_, probe) => {
    const { shop, saga } = lostCharge(probe as never);
    await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.logger.messages('error')).toEqual(["probe of step 'Charge' failed"]);
  });

  it.each([
    [true, "it answered true; a probe answers 'done', 'not-done', 'unknown' or { outcome: 'done',"],
    ['yes', "it answered 'yes'; a probe answers"],
    [{ outcome: 'yes' }, "it answered 'yes'; a probe answers"],
    [{ done: true }, 'it answered an object; a probe answers'],
  ])('that answers %j is told what it may answer', async (answer, problem) => {
    const { shop, saga } = lostCharge((() => answer) as never);
    await shop.failure(saga);
    expect(shop.logger.lines[0]?.fields).toMatchObject({
      error: expect.stringContaining(problem) as string,
    });
  });

  it('that never answers counts as unknown after 30 s', async () => {
    const { shop, saga, asked } = lostCharge(() => new Promise(() => undefined), {
      timeoutGrace: 0,
    });
    await shop.failure(saga);
    expect(shop.times('undo Charge')[0]).toBe((asked[0] ?? 0) + 30_000);
  });

  it('makes a pivot of the step that it finds done', async () => {
    const { shop, saga } = lostCharge(() => 'done', { pivot: true });
    const ship = shop.step('Ship', { does: [declines()], undoes: null });
    expect(await shop.failure(saga.step(ship))).toMatchObject({
      status: 'parked',
      parkReason: 'failed-after-pivot',
    });
    expect(shop.log).toEqual(['Reserve', 'Charge', 'Ship']);
  });
});
