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
}

/** What took place outside of the saga. */
@Injectable()
class Shop {
  readonly effects: string[] = [];

  has(quantity: number): boolean {
    return quantity <= 5;
  }
}

@Saga({ name: 'PlaceOrder', version: 1 })
@Injectable()
class PlaceOrderSaga {
  constructor(private readonly shop: Shop) {}

  @SagaStep({ label: 'CreateOrder', compensate: 'cancelOrder' })
  async createOrder(_: ISagaContext<OrderContext>) {
    this.shop.effects.push('created');
    return ResultFactory.success({ orderId: 'order-1' });
  }

  async cancelOrder(_: ISagaContext<OrderContext>) {
    this.shop.effects.push('cancelled');
  }

  @SagaStep({ label: 'ReserveStock', retry: 1 })
  async reserveStock({ context }: ISagaContext<OrderContext>) {
    if (!this.shop.has(context.quantity)) return ResultFactory.error('NO_STOCK', 'out of stock');
    this.shop.effects.push('reserved');
    return ResultFactory.success({ reserved: context.quantity });
  }
}

@Module({ imports: [SagaModule.forRoot()], providers: [PlaceOrderSaga, Shop] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const sagas = app.get(SagaOrchestratorFactory);

  const shop = app.get(Shop);
  const effects = (): string => shop.effects.splice(0).join(', ');

  const first = sagas.for(PlaceOrderSaga, { quantity: 2 });
  await first.runAsync();
  const order = first.getStepResult<{ orderId: string }>('CreateOrder');
  const end = first.getContext().isSuccess ? 'completed' : 'failed';
  console.log(`${order?.orderId}: ${effects()}, ${end}`);

  const second = sagas.for(PlaceOrderSaga, { quantity: 6 });
  const failure: unknown = await second.runAsync().catch((error: unknown) => error);
  if (!(failure instanceof SagaExecutionException)) throw failure;
  const { code } = failure.cause as { code: string };
  console.log(`order-2: ${effects()}, ${failure.status} because ${code}`);

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
