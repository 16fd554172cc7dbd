import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  ResultFactory,
  Saga,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  SagaStep,
  type ISagaCompensationContext,
  type ISagaContext,
} from 'nestjs-saga-orchestrator';

interface OrderContext {
  userId: string;
  orderId?: string;
}

@Injectable()
class Stock {
  reserved = 0;
}

@Saga({ name: 'CreateOrder' })
@Injectable()
class CreateOrderSaga {
  undone: string[] = [];
  constructor(private readonly stock: Stock) {}

  @SagaStep({ label: 'CreateOrder', compensate: 'cancelOrder' })
  async createOrder(ctx: ISagaContext<OrderContext>) {
    ctx.context.orderId = 'o-1';
    await Promise.resolve();
    return ResultFactory.success({ orderId: 'o-1' });
  }

  cancelOrder(ctx: ISagaCompensationContext<OrderContext, { orderId: string }>) {
    this.undone.push(`cancel ${ctx.result?.orderId} ${ctx.context.orderId}`);
  }

  @SagaStep({ compensate: 'releaseStock', retry: { retries: 1, delay: 1 } })
  reserveStock(ctx: ISagaContext<OrderContext>) {
    if (ctx.context.userId === 'bad') return ResultFactory.error('OUT_OF_STOCK', 'none left');
    this.stock.reserved += 1;
    return ResultFactory.success({ reserved: true });
  }

  releaseStock(_ctx: ISagaContext<OrderContext>) {
    this.stock.reserved -= 1;
  }
}

@Module({ imports: [SagaModule.forRoot()], providers: [Stock, CreateOrderSaga] })
class AppModule {}

test('smoke', async () => {
  const app = (
    await Test.createTestingModule({ imports: [AppModule] }).compile()
  ).createNestApplication();
  await app.init();
  const factory = app.get(SagaOrchestratorFactory);
  const saga = factory.for(CreateOrderSaga, { userId: 'u' }, { id: 'a' });
  await saga.runAsync();
  expect(saga.getContext().isSuccess).toBe(true);
  expect(saga.getContext().context.orderId).toBe('o-1');
  expect(saga.getStepResult('reserveStock')).toEqual({ reserved: true });
  const bad = factory.for(CreateOrderSaga, { userId: 'bad' }, { id: 'b' });
  await expect(bad.runAsync()).rejects.toMatchObject({
    code: 'SAGA_EXECUTION',
    status: 'compensated',
    cause: { code: 'OUT_OF_STOCK' },
  });
  expect(app.get(CreateOrderSaga).undone).toEqual(['cancel o-1 o-1']);
  await app.close();
});
