import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SagaModule, SagaOrchestratorFactory, silentLogger } from 'nestjs-saga-orchestrator';
import request from 'supertest';
import { ORDERS, PlaceOrderSaga, type OrderContext } from './orders.js';

@Controller('orders')
class OrdersController {
  constructor(private readonly sagas: SagaOrchestratorFactory) {}

  @Post()
  async place(@Body() order: OrderContext) {
    const saga = this.sagas.for(PlaceOrderSaga, order);
    await saga.runAsync();
    return saga.getStepResult('charge');
  }

  @Post('whole')
  async placeWhole(@Body() order: OrderContext) {
    return this.sagas.for(PlaceOrderSaga, order, { id: 'o-1' }).runAsync();
  }

  @Post('later')
  @HttpCode(202)
  async placeLater(@Body() order: OrderContext) {
    const { id } = await this.sagas.for(PlaceOrderSaga, order).start();
    return { id };
  }
}

@Module({
  imports: [SagaModule.forRoot({ logger: silentLogger })],
  controllers: [OrdersController],
  providers: ORDERS,
})
class AppModule {}

describe('an application over HTTP', () => {
  async function serving<T>(use: (url: string) => Promise<T>): Promise<T> {
    const app = await NestFactory.create(AppModule, { logger: false });
    try {
      await app.listen(0, '127.0.0.1');
      return await use(await app.getUrl());
    } finally {
      await app.close();
    }
  }

  const place = (url: string, order: object, path = '/orders') =>
    request(url).post(path).send(order);

  it('answers with the result of its saga', async () => {
    await serving(async (url) => {
      const { status, body } = await place(url, { productId: 'tea', quantity: 1 });
      expect(status).toBe(201);
      expect(body).toEqual({ tx: expect.stringMatching(/^tx-/) });
    });
  });

  it('answers with a whole saga as its data', async () => {
    await serving(async (url) => {
      const order = { productId: 'tea', quantity: 1 };
      const { status, body } = await place(url, order, '/orders/whole');
      expect(status).toBe(201);
      expect(body).toMatchObject({ sagaId: 'o-1', sagaName: 'PlaceOrder', isSuccess: true });
      expect(body).toHaveProperty('context.productId', 'tea');
    });
  });

  it('answers a failed saga with a generic 500: no message, label, id or cause', async () => {
    await serving(async (url) => {
      const { status, text } = await place(url, { productId: 'yacht', quantity: 1 });
      expect(status).toBe(500);
      expect(JSON.parse(text)).toEqual({ statusCode: 500, message: 'Internal server error' });
    });
  });

  it('answers 202 as soon as the start is durable', async () => {
    await serving(async (url) => {
      const { status, body } = await place(url, { productId: 'tea', quantity: 1 }, '/orders/later');
      expect(status).toBe(202);
      expect(body).toEqual({ id: expect.any(String) });
    });
  });

  it('has no routes of ours', async () => {
    await serving(async (url) => {
      for (const path of ['/', '/sagas', '/dashboard']) {
        expect((await request(url).get(path)).status).toBe(404);
      }
    });
  });
});
