import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  memoryJournal,
  Saga,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  silentLogger,
  type ISagaContext,
  type SagaEngineProvider,
} from 'nestjs-saga-orchestrator';
import { MemoryEngine } from '../../engines/outside/memory-engine.js';
import { MemorySagas } from '../../engines/outside/memory-sagas.js';
import { rejectionOf } from '../../support/shop.js';

@Injectable()
@Saga({ name: 'PlaceOrder' })
class OrderSaga {
  @SagaStep()
  charge(_: ISagaContext<{ readonly id: string }>): string {
    return 'tx';
  }
}

@Injectable()
class NoSaga {}

const eve = { by: 'eve', reason: 'ticket 4711' };

async function booted(options: Parameters<typeof SagaModule.forRoot>[0] = {}) {
  const module = await Test.createTestingModule({
    imports: [SagaModule.forRoot({ logger: silentLogger, ...options })],
    providers: [OrderSaga],
  }).compile();
  const app = await module.init();
  return { app, operations: app.get(SagaOperations), factory: app.get(SagaOrchestratorFactory) };
}

describe('SagaOperations (semantics 113)', () => {
  it('takes the class of a saga, or its name', async () => {
    const { app, operations, factory } = await booted();
    await factory.for(OrderSaga, { id: 'o-1' }, { id: 'o-1' }).runAsync();
    expect(await operations.get(OrderSaga, 'o-1')).toMatchObject({ name: 'PlaceOrder' });
    expect(await operations.get('PlaceOrder', 'o-1')).toMatchObject({ id: 'o-1' });
    expect((await operations.list({ name: OrderSaga })).sagas).toHaveLength(1);
    expect(operations.definition(OrderSaga).name).toBe('PlaceOrder');
    expect(await rejectionOf(operations.get(NoSaga, 'o-1'))).toMatchObject({
      code: 'SAGA_NOT_FOUND',
      message: 'NoSaga is no saga: it is not decorated with @Saga()',
    });
    await operations.forget(OrderSaga, 'o-1', eve);
    const { entries } = await operations.audit();
    expect(entries).toMatchObject([{ act: 'forget', name: 'PlaceOrder', id: 'o-1', ...eve }]);
    await app.close();
  });

  it('tells an id that is not there from a name that nobody has ever used', async () => {
    const journal = memoryJournal();
    const first = await booted({ journal });
    const chain = first.factory.create('AdHoc', {}, { id: 'a-1' });
    await chain.step({ label: 'Work', action: () => 1, compensate: () => undefined }).runAsync();
    const { operations } = first;
    expect(await operations.get('PlaceOrder', 'gone')).toBeUndefined();
    expect(await operations.get('AdHoc', 'gone')).toBeUndefined();
    expect(await rejectionOf(operations.get('PlaceOrdr', 'o-1'))).toMatchObject({
      code: 'SAGA_NOT_FOUND',
      message: "No saga is named 'PlaceOrdr'; known are: 'PlaceOrder'",
    });
    await first.app.close();
  });

  it('leaves a request, lists it, and withdraws it', async () => {
    const { app, operations, factory } = await booted({ worker: false });
    await factory.for(OrderSaga, { id: 'o-1' }, { id: 'o-1' }).runAsync();
    const { request } = await operations.request(OrderSaga, 'o-1', { act: 'forget' }, eve);
    expect((await operations.requests({ open: true })).requests).toMatchObject([{ request }]);
    await operations.withdraw(request, eve);
    expect((await operations.requests({ open: true })).requests).toEqual([]);
    await app.close();
  });

  it('says what an engine without a journal cannot keep', async () => {
    const engine: SagaEngineProvider = {
      description: 'an engine of its own',
      create: (settings) => new MemoryEngine(settings, new MemorySagas()),
    };
    const { app, operations } = await booted({ engine });
    for (const asked of [
      operations.audit(),
      operations.requests(),
      operations.withdraw('r', eve),
      operations.request('PlaceOrder', 'o-1', { act: 'cancel' }, eve),
    ]) {
      expect(await rejectionOf(asked)).toMatchObject({
        code: 'SAGA_OPTIONS',
        message: expect.stringMatching(/^This engine keeps no requests of operators/) as string,
      });
    }
    await app.close();
  });

  it('resumes and cancels with who and why', async () => {
    const { app, operations, factory } = await booted();
    await factory.for(OrderSaga, { id: 'o-2' }, { id: 'o-2' }).runAsync();
    const handle = await operations.resume(OrderSaga, 'o-2', { ...eve, fromLabel: 'charge' });
    expect((await handle.result()).isSuccess).toBe(true);
    expect(await rejectionOf(operations.cancel(OrderSaga, 'o-2', eve))).toMatchObject({
      code: 'SAGA_STATE',
    });
    expect(
      await rejectionOf(operations.resume(OrderSaga, 'o-2', { ...eve, reason: 'x' })),
    ).toMatchObject({ code: 'SAGA_OPTIONS' });
    await app.close();
  });
});
