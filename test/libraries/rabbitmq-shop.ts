import { setTimeout as sleep } from 'node:timers/promises';
import {
  Controller,
  Logger,
  Module,
  type CallHandler,
  type ExecutionContext,
  type INestMicroservice,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  ClientsModule,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
  type RmqContext,
  type RmqOptions,
} from '@nestjs/microservices';
import { connect, type Channel, type ChannelModel, type GetMessage } from 'amqplib';
import {
  SagaExceptionFilter,
  SagaModule,
  SagaOrchestratorFactory,
  silentLogger,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { lastValueFrom } from 'rxjs';
import { recipe } from './recipe.js';

declare const NEST: string;

const PATIENCE_MS = 20_000;

/** What is looked for, once it is there: the others take their time. */
export async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(10)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`Not there within ${PATIENCE_MS} ms: ${String(look)}`);
}

interface Recipe {
  readonly PAUSE: { ms: number };
  readonly RabbitOrders: Type;
  server(url: string): RmqOptions;
  client(url: string): RmqOptions;
  declareDeadLetters(url: string): Promise<void>;
}

/** The service that is asked, as a process of its own would be. */
@Controller()
class Stock {
  static readonly asked: string[] = [];

  @MessagePattern('stock.reserve')
  reserve(@Payload() { id, product }: { readonly id: string; readonly product: string }) {
    Stock.asked.push(id);
    if (product === 'none') throw new Error('out of stock');
    return `reserved for ${id}`;
  }
}
@Module({ controllers: [Stock] })
class StockModule {}

export interface Consumer {
  readonly sagas: SagaOrchestratorFactory;
  /** Of the messages that it was given, first to last. */
  readonly given: readonly RmqContext[];
  close(): Promise<void>;
}

/** The services of the recipe, who sends to them, and what the broker has in its queues. */
export class RabbitShop {
  static readonly asked = Stock.asked;
  readonly #services: INestMicroservice[] = [];

  private constructor(
    private readonly url: string,
    private readonly code: Recipe,
    readonly PlaceOrder: Type<object>,
    readonly client: ClientProxy,
    private readonly connection: ChannelModel,
    readonly channel: Channel,
  ) {}

  static async open(): Promise<RabbitShop> {
    Logger.overrideLogger(false);
    const url = `${process.env['RABBITMQ_URL']}/nest-${NEST}`;
    const code = await recipe<Recipe>('rabbitmq');
    const { PlaceOrder } = await recipe<{ PlaceOrder: Type<object> }>('messages');
    code.PAUSE.ms = 50;
    await code.declareDeadLetters(url);
    const client = ClientProxyFactory.create(code.client(url));
    await client.connect();
    const connection = await connect(url);
    const channel = await connection.createChannel();
    const shop = new RabbitShop(url, code, PlaceOrder, client, connection, channel);
    const stock = await NestFactory.createMicroservice(StockModule, shop.#stock);
    shop.#services.push(stock);
    await stock.listen();
    return shop;
  }

  /** Another process that takes orders. */
  async consumer(journal: NonNullable<SagaModuleOptions['journal']>): Promise<Consumer> {
    const { code, PlaceOrder } = this;
    const given: RmqContext[] = [];
    const watch = {
      intercept(context: ExecutionContext, next: CallHandler) {
        given.push(context.switchToRpc().getContext());
        return next.handle();
      },
    };
    @Module({
      imports: [
        SagaModule.forRoot({ logger: silentLogger, journal, worker: { pollMs: 100 } }),
        ClientsModule.register([{ name: 'STOCK', ...this.#stock }]),
      ],
      controllers: [code.RabbitOrders],
      providers: [
        PlaceOrder,
        { provide: APP_FILTER, useClass: SagaExceptionFilter },
        { provide: APP_INTERCEPTOR, useValue: watch },
      ],
    })
    class OrdersModule {}
    const service = await NestFactory.createMicroservice(OrdersModule, code.server(this.url));
    this.#services.push(service);
    await service.listen();
    const close = async () => {
      this.#services.splice(this.#services.indexOf(service), 1);
      await service.close();
    };
    return { sagas: service.get(SagaOrchestratorFactory), given, close };
  }

  async emit(data: unknown): Promise<void> {
    const sent = this.client.emit('order.placed', data);
    await lastValueFrom(sent, { defaultValue: undefined });
  }

  /** The order's saga, once somebody has begun it. */
  placed({ sagas }: Consumer, id: string) {
    return until(() => sagas.attach(this.PlaceOrder, id));
  }

  /** As many dead letters as are awaited, taken out of their queue. */
  async dead(count: number): Promise<readonly GetMessage[]> {
    const letters: GetMessage[] = [];
    const next = async () => (await this.channel.get('orders.dead', { noAck: true })) || undefined;
    while (letters.length < count) letters.push(await until(next));
    return letters;
  }

  /** What is left once every consumer is closed: all that was not acknowledged. */
  async left(): Promise<{ readonly orders: number; readonly dead: number }> {
    const count = async (queue: string) => (await this.channel.checkQueue(queue)).messageCount;
    return { orders: await count('orders'), dead: await count('orders.dead') };
  }

  async close(): Promise<void> {
    await this.client.close();
    for (const service of this.#services.toReversed()) await service.close();
    await this.connection.close();
  }

  get #stock(): RmqOptions {
    return { transport: Transport.RMQ, options: { urls: [this.url], queue: 'stock' } };
  }
}
