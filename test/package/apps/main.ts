import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ResultFactory,
  Saga,
  SagaExecutionException,
  SagaModule,
  SagaOrchestratorFactory,
  SagaStep,
} from 'nestjs-saga-orchestrator';
import type { ISagaContext } from 'nestjs-saga-orchestrator';
import { SagaOrchestratorBuilder } from 'nestjs-saga-orchestrator/core';

interface OrderContext {
  readonly quantity: number;
  readonly log: string[];
}

@Injectable()
class Stock {
  has(quantity: number): boolean {
    return quantity <= 5;
  }
}

@Saga({ name: 'PlaceOrder', version: 1 })
@Injectable()
class PlaceOrderSaga {
  constructor(private readonly stock: Stock) {}

  @SagaStep({ label: 'CreateOrder', compensate: 'cancelOrder' })
  async createOrder({ context }: ISagaContext<OrderContext>) {
    context.log.push('created');
    return ResultFactory.success({ orderId: 'order-1' });
  }

  async cancelOrder({ context }: ISagaContext<OrderContext>) {
    context.log.push('cancelled');
  }

  @SagaStep({ label: 'ReserveStock', retry: 1 })
  async reserveStock({ context }: ISagaContext<OrderContext>) {
    if (!this.stock.has(context.quantity)) return ResultFactory.error('NO_STOCK', 'out of stock');
    context.log.push('reserved');
    return ResultFactory.success({ reserved: context.quantity });
  }
}

@Module({ imports: [SagaModule.forRoot()], providers: [PlaceOrderSaga, Stock] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const sagas = app.get(SagaOrchestratorFactory);

  const first = sagas.for(PlaceOrderSaga, { quantity: 2, log: [] });
  await first.runAsync();
  const { context, isSuccess } = first.getContext();
  console.log(`order 1: ${context.log.join(', ')}, ${isSuccess ? 'completed' : 'failed'}`);

  const second = sagas.for(PlaceOrderSaga, { quantity: 6, log: [] });
  const failure: unknown = await second.runAsync().catch((error: unknown) => error);
  if (!(failure instanceof SagaExecutionException)) throw failure;
  const { code } = failure.cause as { code: string };
  const done = second.getContext().context.log.join(', ');
  console.log(`order 2: ${done}, ${failure.status} because ${code}`);

  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const bare = new SagaOrchestratorBuilder('Bare', {}, silent).step({
    label: 'Only',
    action: async () => ResultFactory.success(1),
    compensate: async () => undefined,
  });
  await bare.runAsync();
  console.log(`bare builder: ${bare.getContext().isSuccess ? 'completed' : 'failed'}`);

  await app.close();
}

void main();
