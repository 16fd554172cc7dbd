import { of } from 'rxjs';
import { Err } from '../../../lib/core/result/index.js';
import { SagaResultError, type LateEffect } from 'nestjs-saga-orchestrator/core';
import {
  answers,
  declines,
  losesItsAnswer,
  rejects,
  returns,
  type Behaviour,
} from '../../support/behaviours.js';
import { Shop } from '../../support/shop.js';

type Options = Parameters<Shop['step']>[1];

const receiptOf = (value: unknown) => {
  if (typeof value !== 'string') throw new TypeError('no receipt');
  return { receipt: value };
};

/** Reserve, then a Charge whose result must be a text, which becomes a receipt. */
function charged(does: readonly Behaviour[], options: Options = {}, checkResult = receiptOf) {
  const shop = new Shop();
  const looked: unknown[] = [];
  const check = (value: unknown) => {
    looked.push(value);
    return checkResult(value);
  };
  const charge = shop.step('Charge', { does, checkResult: check, ...options });
  const told: LateEffect[] = [];
  const onLateEffect = (_: unknown, effect: LateEffect): void => void told.push(effect);
  const onRecord = (_: unknown, record: never): void => void shop.records.push(record);
  const saga = shop.saga({ observers: [{ onRecord, onLateEffect }] });
  return { shop, looked, told, saga: saga.step(shop.step('Reserve')).step(charge) };
}

describe('a result that is looked at (semantics 18a)', () => {
  it.each<[string, Behaviour]>([
    ['a value', returns('tx-1')],
    ['a promise', async () => 'tx-1'],
    ['an Ok', answers('tx-1')],
    ['a promise of an observable', async () => of('tx-0', 'tx-1')],
  ])('is kept as the check gives it: %s', async (_, behaviour) => {
    const { shop, saga, looked } = charged([behaviour]);
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toEqual({ receipt: 'tx-1' });
    expect(looked).toEqual(['tx-1']);
  });

  it('and wrong: the step is done, never run again, undone without it, and fails its saga', async () => {
    const onError = jest.fn();
    const { shop, saga } = charged([returns(7)], { retry: 5, idempotent: true, onError });
    const error = await shop.failure(saga);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
    expect(shop.undoContext('Charge')).toMatchObject({ outcome: 'done', result: undefined });
    expect(error).toMatchObject({ status: 'compensated', failedLabel: 'Charge' });
    expect(error.cause).toBeInstanceOf(SagaResultError);
    expect(error.cause).toMatchObject({
      ...{ code: 'SAGA_RESULT', label: 'Charge', cause: new TypeError('no receipt') },
      message: "The result of step 'Charge' is not valid: no receipt",
      issues: [{ path: '', message: 'no receipt' }],
    });
    expect(shop.history.filter((type) => type.includes('Charge'))).toEqual([
      ...['started Charge', 'done Charge', 'undo-started Charge', 'undone Charge'],
    ]);
    expect(onError).not.toHaveBeenCalled();
  });

  it('by a check that takes its time', async () => {
    const late = async (value: unknown) => {
      await Promise.resolve();
      return receiptOf(value);
    };
    const right = charged([returns('tx-1')], {}, late as never);
    await right.shop.run(right.saga);
    expect(right.saga.getStepResult('Charge')).toEqual({ receipt: 'tx-1' });
    const wrong = charged([returns(7)], {}, late as never);
    expect((await wrong.shop.failure(wrong.saga)).cause).toMatchObject({ code: 'SAGA_RESULT' });
    expect(wrong.shop.log).toContain('undo Charge');
  });

  it.each<[string, Behaviour]>([
    ['an Err', declines()],
    ['an observable of an Err', async (ctx) => of(await declines()(ctx))],
    ['a rejection', rejects(new Error('card declined'))],
    ['work that nobody has begun', returns(() => 'tx-1')],
  ])('is none of an attempt that failed: %s', async (_, behaviour) => {
    const { shop, saga, looked } = charged([behaviour]);
    const error = await shop.failure(saga);
    expect(looked).toEqual([]);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Reserve']);
    expect(error.cause).not.toMatchObject({ code: 'SAGA_RESULT' });
  });

  it('and wrong behind the pivot parks the saga', async () => {
    const { shop, saga } = charged([returns(7)], { pivot: true, undoes: null });
    expect(await shop.failure(saga)).toMatchObject({
      ...{ status: 'parked', parkReason: 'failed-after-pivot', failedLabel: 'Charge' },
    });
    expect(shop.log).toEqual(['Reserve', 'Charge']);
  });

  it('may be thrown as wrong by the action itself', async () => {
    const wrong = new SagaResultError('Charge', [{ path: 'id', message: 'is missing' }]);
    const { shop, saga } = charged([rejects(wrong)], { retry: 2 });
    expect((await shop.failure(saga)).cause).toBe(wrong);
    expect(shop.log).toEqual(['Reserve', 'Charge', 'undo Charge', 'undo Reserve']);
  });

  it('is also what a probe brings back', async () => {
    const probe = (result: unknown) => () => ({ outcome: 'done', result }) as const;
    const right = charged([losesItsAnswer], { probe: probe('tx-1') });
    await right.shop.run(right.saga);
    expect(right.saga.getStepResult('Charge')).toEqual({ receipt: 'tx-1' });
    const wrong = charged([losesItsAnswer], { probe: probe(7) });
    expect((await wrong.shop.failure(wrong.saga)).cause).toMatchObject({ code: 'SAGA_RESULT' });
    expect(wrong.shop.undoContext('Charge')).toMatchObject({ outcome: 'done' });
    expect(wrong.shop.history).toContain('probed Charge');
    for (const answer of ['done', { outcome: 'done' }] as const) {
      const lost = charged([losesItsAnswer], { probe: () => answer });
      await lost.shop.run(lost.saga);
      expect([lost.looked, lost.saga.getStepResult('Charge')]).toEqual([[], undefined]);
    }
  });

  it('and wrong too late is a late effect all the same', async () => {
    const slow: Behaviour = () =>
      new Promise((resolve) => void shop.clock.schedule(400, () => resolve(7)));
    const { shop, saga, told } = charged([slow], { timeout: 50, timeoutGrace: 100 });
    await shop.failure(saga);
    await shop.clock.advance(1_000);
    expect(told).toEqual([{ label: 'Charge', attempt: 1, direction: 'do' }]);
  });

  it('and wrong stays so, whatever an interceptor makes of it', async () => {
    const shop = new Shop();
    const interceptors = [
      {
        around: async (_: unknown, next: () => unknown) => {
          try {
            return await next();
          } catch {
            throw new Error('something else');
          }
        },
      },
    ];
    const environment = { ...shop.environment, interceptors };
    const charge = shop.step('Charge', { does: [returns(7)], checkResult: receiptOf });
    const error = await shop.failure(shop.saga({ environment }).step(charge));
    expect(error.cause).toMatchObject({ code: 'SAGA_RESULT' });
    expect(shop.log).toEqual(['Charge', 'undo Charge']);
  });

  it('is none of an Err, which interceptors see as it is', async () => {
    const shop = new Shop();
    const seen: unknown[] = [];
    const around = async (_: unknown, next: () => unknown) => {
      const returned = await next();
      seen.push(returned);
      return returned;
    };
    const environment = { ...shop.environment, interceptors: [{ around }] };
    const charge = shop.step('Charge', { does: [declines()], checkResult: receiptOf });
    await shop.failure(shop.saga({ environment }).step(charge));
    expect(seen).toEqual([expect.any(Err)]);
  });

  it('is looked at by the method of a step that is an instance', async () => {
    class Charge {
      readonly label = 'Charge';
      action(): unknown {
        return 'tx-1';
      }
      compensate(): void {}
      checkResult(value: unknown): unknown {
        return receiptOf(value);
      }
    }
    const shop = new Shop();
    const saga = shop.saga().step(new Charge());
    await shop.run(saga);
    expect(saga.getStepResult('Charge')).toEqual({ receipt: 'tx-1' });
  });

  it('must be looked at by a function', () => {
    const shop = new Shop();
    const step = { ...shop.step('Charge'), checkResult: 'text' as never };
    expect(() => shop.saga().step(step)).toThrow(/checkResult must be a function \(got 'text'\)/);
  });
});
