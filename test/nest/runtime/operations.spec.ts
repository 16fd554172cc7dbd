import { Injectable } from '@nestjs/common';
import {
  OutcomeUnknownError,
  Saga,
  SagaEvents,
  SagaOperations,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type SagaEvent,
} from 'nestjs-saga-orchestrator';
import { boot } from '../boot.js';
import { ORDERS, PlaceOrderSaga, tea, yacht } from '../orders.js';

/** Waits for the courier until it is told to stop. */
@Saga('Ship')
@Injectable()
class ShipSaga {
  readonly log: string[] = [];

  @SagaStep({ compensate: 'unpack' })
  pack() {
    this.log.push('pack');
  }
  unpack() {
    this.log.push('unpack');
  }

  @SagaStep({ compensate: 'recall' })
  handOver({ signal }: ISagaContext<{ parcel: string }>) {
    this.log.push('hand over');
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
  recall() {
    this.log.push('recall');
  }
}

async function shipping() {
  const { app, sagas } = await boot(
    { providers: [ShipSaga] },
    { logger: silentLogger, drainMs: 0 },
  );
  const handle = await sagas.for(ShipSaga, { parcel: 'p-1' }, { id: 'p-1' }).start();
  await new Promise(setImmediate);
  return { app, handle, operations: app.get(SagaOperations), saga: app.get(ShipSaga) };
}

describe('SagaOperations', () => {
  it('tells how this process stands', async () => {
    const { handle, operations } = await shipping();
    const { leaseLeftMs, ...health } = operations.health();
    expect(health).toEqual({ owner: expect.any(String), activeRuns: 1, draining: false });
    expect(leaseLeftMs).toBeGreaterThan(0);
    await operations.cancel('Ship', 'p-1');
    await handle.result().catch(() => 0);
    expect(operations.health().activeRuns).toBe(0);
  });

  it('shows one saga with its timeline, and nothing of its payloads', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    await sagas
      .for(PlaceOrderSaga, yacht, { id: 'o-1', key: 'u-1' })
      .runAsync()
      .catch(() => 0);
    const details = await app.get(SagaOperations).get('PlaceOrder', 'o-1');
    expect(details).toMatchObject({ status: 'compensated', key: 'u-1', version: 1 });
    expect(details?.timeline.map(({ type }) => type)).toEqual([
      'started',
      'done',
      'started',
      'failed',
      'compensating',
      'undo-started',
      'undone',
      'compensated',
    ]);
    expect(JSON.stringify(details)).not.toMatch(/yacht|reserved/);
    expect(await app.get(SagaOperations).get('PlaceOrder', 'o-2')).toBeUndefined();
  });

  it('lists sagas, newest first, by what they have', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    const operations = app.get(SagaOperations);
    for (const [id, order] of [
      ['o-1', tea(1)],
      ['o-2', yacht],
      ['o-3', tea(1)],
    ] as const) {
      const options = { id, key: `user-of-${id}`, tags: { city: id === 'o-1' ? 'Bonn' : 'Köln' } };
      await sagas
        .for(PlaceOrderSaga, order, options)
        .runAsync()
        .catch(() => 0);
    }
    const ids = async (filter?: Parameters<SagaOperations['list']>[0]) =>
      (await operations.list(filter)).sagas.map(({ id }) => id);
    expect(await ids()).toEqual(['o-3', 'o-2', 'o-1']);
    expect(await ids({ status: 'completed', tags: { city: 'Köln' } })).toEqual(['o-3']);
    expect(await ids({ key: 'user-of-o-2' })).toEqual(['o-2']);
    const { nextCursor = '' } = await operations.list({ limit: 2 });
    expect(await ids({ limit: 2, cursor: nextCursor })).toEqual(['o-1']);
  });

  it('cancels a saga that runs: the action is aborted, then all is undone', async () => {
    const { handle, operations, saga } = await shipping();
    await operations.cancel('Ship', 'p-1', 'wrong address');
    await expect(handle.result()).rejects.toMatchObject({
      status: 'compensated',
      cause: { code: 'SAGA_CANCELLED', message: /wrong address/ },
    });
    expect(saga.log).toEqual(['pack', 'hand over', 'recall', 'unpack']);
  });

  it('refuses an act that does not say who and why, as JavaScript can ask for it', async () => {
    const { app } = await boot({ providers: ORDERS });
    const operations = app.get(SagaOperations);
    const nobody = undefined as never;
    const acts = await Promise.allSettled([
      operations.terminate('PlaceOrder', 'o-1', nobody),
      operations.retryCompensation('PlaceOrder', 'o-1', nobody),
      operations.markCompensated('PlaceOrder', 'o-1', 'Charge', nobody),
      operations.markStepDone('PlaceOrder', 'o-1', 'Charge', nobody),
      operations.markStepNotDone('PlaceOrder', 'o-1', 'Charge', nobody),
    ]);
    const told = { code: 'SAGA_OPTIONS', message: expect.stringContaining('{ by, reason }') };
    expect(acts).toMatchObject(acts.map(() => ({ status: 'rejected', reason: told })));
  });

  it('refuses to cancel what has ended, or what nobody knows', async () => {
    const { app, sagas } = await boot({ providers: ORDERS });
    const operations = app.get(SagaOperations);
    await sagas.for(PlaceOrderSaga, tea(), { id: 'o-1' }).runAsync();
    await expect(operations.cancel('PlaceOrder', 'o-1')).rejects.toMatchObject({
      code: 'SAGA_STATE',
    });
    await expect(operations.cancel('PlaceOrder', 'o-2')).rejects.toMatchObject({
      code: 'SAGA_NOT_FOUND',
    });
    await expect(operations.cancel('Nothing', 'o-1')).rejects.toThrow(/known are: 'PlaceOrder'/);
  });

  it('resumes a saga that was parked on its way forward', async () => {
    let courier = false;
    @Saga('Deliver')
    class DeliverSaga {
      @SagaStep({ pivot: true })
      charge() {}
      @SagaStep()
      deliver() {
        if (!courier) throw new Error('no courier');
      }
    }
    const { app, sagas } = await boot({ providers: [DeliverSaga] });
    const operations = app.get(SagaOperations);
    const parked = sagas.for(DeliverSaga, {}, { id: 'd-1' }).runAsync();
    await expect(parked).rejects.toMatchObject({ parkReason: 'failed-after-pivot' });
    courier = true;
    await (await operations.resume('Deliver', 'd-1')).result();
    expect(await operations.get('Deliver', 'd-1')).toMatchObject({ status: 'completed' });
  });

  it('is told that a step in doubt did not take place, and runs it when it is resumed', async () => {
    let payouts = 0;
    @Saga('PayOut')
    class PayOutSaga {
      @SagaStep({ pivot: true })
      pay() {
        payouts += 1;
        if (payouts === 1) throw new OutcomeUnknownError('the bank does not answer');
      }
    }
    const { app, sagas } = await boot({ providers: [PayOutSaga] });
    const operations = app.get(SagaOperations);
    const parked = sagas.for(PayOutSaga, {}, { id: 'p-1' }).runAsync();
    await expect(parked).rejects.toMatchObject({ parkReason: 'in-doubt' });
    const why = { by: 'ann', reason: 'the bank has no such payment' };
    await operations.markStepNotDone('PayOut', 'p-1', 'pay', why);
    expect(payouts).toBe(1);
    await (await operations.resume('PayOut', 'p-1')).result();
    expect(payouts).toBe(2);
    const details = await operations.get('PayOut', 'p-1');
    expect(details?.status).toBe('completed');
    expect(details?.timeline).toContainEqual(
      expect.objectContaining({ type: 'manual', act: 'mark-not-done', label: 'pay', ...why }),
    );
    await expect(operations.markStepNotDone('PayOut', 'p-1', 'pay', why)).rejects.toMatchObject({
      code: 'SAGA_STATE',
    });
  });

  it('gives the plans of the application, to draw or compare', async () => {
    const { app } = await boot({ providers: ORDERS });
    const operations = app.get(SagaOperations);
    expect(operations.definition('PlaceOrder').toMermaid()).toMatch(/ReserveStock/);
    expect(operations.definition('PlaceOrder').fingerprint).toMatch(/\w/);
    expect(() => operations.definition('Nothing')).toThrow(/known are: 'PlaceOrder'/);
  });
});

describe('SagaEvents', () => {
  async function eventsOf(quantity: number) {
    const { app, sagas } = await boot({ providers: ORDERS });
    const events: SagaEvent[] = [];
    let completed = false;
    const complete = () => (completed = true);
    app.get(SagaEvents).events$.subscribe({ next: (event) => events.push(event), complete });
    const order = quantity === 0 ? yacht : tea(quantity);
    await sagas
      .for(PlaceOrderSaga, order, { id: 'o-1' })
      .runAsync()
      .catch(() => 0);
    return { app, events, isCompleted: () => completed };
  }

  it('tells what happens, in order, typed by what it is', async () => {
    const { events } = await eventsOf(2);
    expect(
      events.map((event) => ('label' in event ? `${event.type} ${event.label}` : event.type)),
    ).toEqual([
      'started ReserveStock',
      'done ReserveStock',
      'started charge',
      'done charge',
      'completed',
    ]);
    for (const event of events) {
      expect(event).toMatchObject({ sagaName: 'PlaceOrder', sagaId: 'o-1' });
      expect(event.at).toBeGreaterThan(0);
    }
    const attempts = events.map((event) => (event.type === 'done' ? event.attempt : 0));
    expect(attempts).toEqual([0, 1, 0, 1, 0]);
  });

  it('carries no payloads: neither data nor results', async () => {
    const { events } = await eventsOf(0);
    expect(events.at(-1)).toMatchObject({ type: 'compensated' });
    expect(JSON.stringify(events)).not.toMatch(/yacht|reserved|quantity|stack/);
  });

  it('ends when the application ends', async () => {
    const { app, isCompleted } = await eventsOf(1);
    expect(isCompleted()).toBe(false);
    await app.close();
    expect(isCompleted()).toBe(true);
  });
});
