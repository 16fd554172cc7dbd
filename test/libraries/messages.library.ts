import { Controller, Module, type INestMicroservice, type Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  ClientsModule,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import {
  memoryJournal,
  SagaExceptionFilter,
  SagaModule,
  SagaOrchestratorFactory,
  silentLogger,
} from 'nestjs-saga-orchestrator';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { recipe } from './recipe.js';
import { startRedis, type RedisServer } from './redis-server.js';

interface Order {
  readonly id: string;
  readonly product: string;
}

/** The service that is asked, as a process of its own would be. */
@Controller()
class Stock {
  static readonly asked: string[] = [];

  @MessagePattern('stock.reserve')
  reserve(@Payload() { product, key }: { readonly product: string; readonly key: string }) {
    Stock.asked.push(product);
    if (product === 'none') throw new Error('out of stock');
    return `reserved by ${key}`;
  }
}
@Module({ controllers: [Stock] })
class StockModule {}

describe('the recipe of messages, over a broker', () => {
  let redis: RedisServer;
  const services: INestMicroservice[] = [];
  let client: ClientProxy;
  let sagas: SagaOrchestratorFactory;
  let PlaceOrder: Type<object>;

  beforeAll(async () => {
    redis = await startRedis();
    const { host, port } = redis;
    const transport = { transport: Transport.REDIS, options: { host, port } } as const;
    const { Orders, ...saga } = await recipe<{ PlaceOrder: Type<object>; Orders: Type }>(
      'messages',
    );
    ({ PlaceOrder } = saga);

    @Controller()
    class Asked {
      constructor(private readonly factory: SagaOrchestratorFactory) {}
      @MessagePattern('order.place')
      async place(@Payload() order: Order) {
        const chain = this.factory.for(PlaceOrder, order, { id: order.id });
        return (await chain.runAsync()).getStepResult('reserve');
      }
    }
    @Module({
      imports: [
        SagaModule.forRoot({ logger: silentLogger, journal: memoryJournal() }),
        ClientsModule.register([{ name: 'STOCK', ...transport }]),
      ],
      controllers: [Orders, Asked],
      providers: [PlaceOrder, { provide: APP_FILTER, useClass: SagaExceptionFilter }],
    })
    class OrdersModule {}

    for (const module of [StockModule, OrdersModule]) {
      const options = { ...transport, logger: false } as const;
      const service = await NestFactory.createMicroservice(module, options);
      services.push(service);
      await service.listen();
    }
    sagas = services[1]!.get(SagaOrchestratorFactory);
    client = ClientProxyFactory.create(transport);
    await client.connect();
  });
  afterAll(async () => {
    await client?.close();
    for (const service of services.toReversed()) await service.close();
    await redis?.stop();
  });

  it('an event starts a saga, whose step asks another service; a second one starts nothing', async () => {
    const order: Order = { id: 'o-1', product: 'tea' };
    for (let n = 0; n < 2; n += 1) {
      await lastValueFrom(client.emit('order.placed', order), { defaultValue: undefined });
    }
    // The other process takes it from the broker in its own time.
    let saga = await sagas.attach(PlaceOrder, 'o-1');
    while (saga === undefined) saga = await sagas.attach(PlaceOrder, 'o-1');
    expect((await saga.result()).getStepResult('reserve')).toMatch(/^reserved by saga_/);
    expect(Stock.asked).toEqual(['tea']);
  });

  it('a question is answered with the end of the saga, or with what SagaExceptionFilter makes of its failure', async () => {
    const ask = (order: Order) => firstValueFrom(client.send('order.place', order));
    await expect(ask({ id: 'o-2', product: 'tea' })).resolves.toMatch(/^reserved by /);
    await expect(ask({ id: 'o-3', product: 'none' })).rejects.toEqual({
      ...{ status: 'error', statusCode: 409, code: 'SAGA_EXECUTION', sagaId: 'o-3' },
      message: 'It failed, and everything that was done for it has been undone.',
    });
    await expect(ask({ id: 'o-2', product: 'none' })).rejects.toMatchObject({
      code: 'SAGA_CONFLICT',
      statusCode: 409,
    });
  });
});
