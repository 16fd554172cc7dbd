import { Injectable } from '@nestjs/common';
import {
  NOTHING_TO_UNDO,
  Saga,
  SagaExecutionException,
  SagaOperations,
  SagaStep,
  memoryJournal,
  silentLogger,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';
import { boot } from '../boot.js';
import { ORDERS, PlaceOrderSaga, tea, yacht } from '../orders.js';

/** One journal, as two instances of an application share it. */
const shared = () => ({ logger: silentLogger, journal: memoryJournal() });

describe('factory.attach()', () => {
  it('finds a saga under way from another instance, with its data and its end', async () => {
    const options = shared();
    let ship = (): void => undefined;
    const shipped = new Promise<void>((resolve) => (ship = resolve));

    @Saga('Shipping')
    @Injectable()
    class Shipping {
      @SagaStep({ compensate: NOTHING_TO_UNDO })
      pack({ context }: ISagaContext<{ boxes: number }>) {
        context.boxes += 1;
        return { weight: 3 };
      }

      @SagaStep({ compensate: NOTHING_TO_UNDO })
      ship() {
        return shipped;
      }
    }

    const here = await boot({ providers: [Shipping] }, options);
    const there = await boot({ providers: [Shipping] }, options);
    await here.sagas.for(Shipping, { boxes: 0 }, { id: 's-1' }).start();
    const found = await there.sagas.attach(Shipping, 's-1');
    expect(found).toMatchObject({ id: 's-1', name: 'Shipping', status: 'running' });
    expect(found?.context).toEqual({ boxes: 1 });
    // The compiler knows the result by the name of its method.
    expect(found?.getStepResult('pack')?.weight).toBe(3);
    expect(found?.getStepResult('ship')).toBeUndefined();
    expect(JSON.parse(JSON.stringify(found))).toEqual({
      ...{ sagaId: 's-1', sagaName: 'Shipping', isSuccess: false, status: 'running' },
      context: { boxes: 1 },
    });
    ship();
    expect(await found?.result()).toMatchObject({ isSuccess: true, sagaId: 's-1' });
  });

  it('finds one that has failed, after a deploy, also by what define() gave', async () => {
    const options = shared();
    const first = await boot({ providers: ORDERS }, options);
    await first.sagas
      .for(PlaceOrderSaga, yacht, { id: 'o-1' })
      .runAsync()
      .catch(() => undefined);
    await first.app.close();
    const second = await boot({}, options);
    const chain = second.sagas.define<typeof yacht, { Ship: number }>('PlaceOrder', (saga) =>
      saga.step({ label: 'Ship', action: () => 1, compensate: NOTHING_TO_UNDO }),
    );
    const found = await second.sagas.attach(chain, 'o-1');
    expect(found?.status).toBe('compensated');
    expect(found?.context).toEqual(yacht);
    await expect(found?.result()).rejects.toThrow(SagaExecutionException);
  });

  it('answers undefined for an id that is not there, and refuses what is no saga', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    expect(await sagas.attach(PlaceOrderSaga, 'nobody')).toBeUndefined();
    await sagas.for(PlaceOrderSaga, tea(), { id: 'gone' }).runAsync();
    await app.get(SagaOperations).forget('PlaceOrder', 'gone');
    expect(await sagas.attach(PlaceOrderSaga, 'gone')).toBeUndefined();
    await expect(sagas.attach(PlaceOrderSaga, 'x'.repeat(256))).rejects.toMatchObject({
      code: 'SAGA_OPTIONS',
    });
    await expect(sagas.attach(class Cart {}, 'o-1')).rejects.toThrow(
      'Cart is not a saga of this application',
    );
    await expect(sagas.attach('PlaceOrder' as never, 'o-1')).rejects.toThrow(
      "attach() takes the class of a saga (got 'PlaceOrder')",
    );
  });
});

describe('a start after a deploy (semantics 21)', () => {
  it('is answered by the finished saga, whose plan was another one', async () => {
    const options = shared();
    const first = await boot({ providers: ORDERS }, options);
    await first.sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    await first.app.close();
    const calls: string[] = [];

    @Saga({ name: 'PlaceOrder', version: 2 })
    @Injectable()
    class PlaceOrder {
      @SagaStep({ compensate: NOTHING_TO_UNDO })
      pack({ sagaId }: ISagaContext<ReturnType<typeof tea>>) {
        calls.push(sagaId);
      }
    }

    const { sagas } = await boot({ providers: [PlaceOrder] }, options);
    const again = sagas.for(PlaceOrder, tea(), { id: 'o-1' });
    expect(await again.runAsync()).toMatchObject({ isSuccess: true });
    expect(again.getStepResult<{ tx: string }>('charge')).toEqual({ tx: 'tx-o-1' });
    await expect(sagas.for(PlaceOrder, tea(3), { id: 'o-1' }).runAsync()).rejects.toMatchObject({
      code: 'SAGA_CONFLICT',
    });
    expect(calls).toEqual([]);
  });
});
