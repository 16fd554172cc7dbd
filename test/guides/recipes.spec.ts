import { Controller, Module, type INestApplication, type Type } from '@nestjs/common';
import { ClientsModule, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { lastValueFrom } from 'rxjs';
import {
  NonRetryableError,
  SagaModule,
  SagaOperations,
  SagaOrchestratorFactory,
  silentLogger,
  type PayloadCodec,
  type SagaHandle,
  type SagaModuleOptions,
} from 'nestjs-saga-orchestrator';
import { SAGA_OPTIONS } from '../../lib/nest/tokens.js';
import { boot, bootModule } from '../nest/boot.js';
import { freePort } from '../restate/ports.js';
import { recipe } from '../support/recipe.js';

type App = new () => object;
const KEY = Buffer.alloc(32, 7).toString('base64');

describe('the recipes of docs/encryption.md run as they are', () => {
  it('encryption', async () => {
    Object.assign(process.env, { SAGA_KEY_2026: KEY, SAGA_KEY_2025: KEY });
    const { AppModule } = await recipe<{ AppModule: App }>('docs/encryption.md', 'encryption');
    const { sagas } = await bootModule(AppModule);
    const chain = sagas.create('Pay', {}).step({ label: 'Charge', action: () => 7 });
    await chain.runAsync();
    expect(chain.getStepResult('Charge')).toBe(7);
  });

  it('erasure', async () => {
    const { codec, customerKeys } = await recipe<{
      codec: PayloadCodec;
      customerKeys: Map<string, string>;
    }>('docs/encryption.md', 'erasure');
    customerKeys.set('ann', KEY);
    const of = () => codec.forSaga!({ application: '', name: 'Pay', id: 'ann.order-7' });
    const text = of().encode(7);
    expect(of().decode(text)).toBe(7);
    customerKeys.delete('ann');
    expect(() => of().decode(text)).toThrow(/needs key 'ann'/);
  });
});

const PAGE = 'docs/recipes.md';

describe('the recipes of docs/recipes.md run as they are', () => {
  it('migration: the same ends, whatever fails', async () => {
    interface Order {
      readonly id: string;
      readonly cents: number;
    }
    const { placeOrder, ...after } = await recipe<{
      placeOrder: (shop: object, order: Order) => Promise<void>;
      Orders: Type;
      PlaceOrder: Type;
    }>(PAGE, 'migration');
    const shopOf = (broken: string) => {
      const calls: string[] = [];
      const call =
        (name: string, answer?: string) =>
        async (given: unknown): Promise<unknown> => {
          calls.push(typeof given === 'string' ? `${name} ${given}` : name);
          if (name === broken) throw new NonRetryableError(`no ${name}`);
          return answer;
        };
      const shop = {
        ...{ reserve: call('reserve', 'r-1'), release: call('release') },
        ...{ charge: call('charge', 'p-1'), refund: call('refund'), ship: call('ship') },
      };
      return { shop, calls };
    };
    for (const broken of ['', 'reserve', 'charge', 'ship']) {
      const [one, other] = [shopOf(broken), shopOf(broken)];
      const order = { id: `o ${broken}`, cents: 5 };
      const byHand = await placeOrder(one.shop, order).catch((error: Error) => error.message);
      @Module({
        imports: [SagaModule.forRoot({ logger: silentLogger })],
        providers: [after.PlaceOrder, after.Orders, { provide: 'SHOP', useValue: other.shop }],
      })
      class AppModule {}
      const { app } = await bootModule(AppModule);
      const orders = app.get<{ place(order: Order): Promise<void> }>(after.Orders);
      const bySaga = await orders
        .place(order)
        .catch(({ cause }: { readonly cause: Error }) => cause.message);
      expect(bySaga).toBe(byHand);
      expect(other.calls).toEqual(one.calls);
    }
  });

  it('messages: by a transport of Nest, once however often one is delivered', async () => {
    const { PlaceOrder, Orders } = await recipe<{ PlaceOrder: Type; Orders: Type }>(
      PAGE,
      'messages',
    );
    const asked: string[] = [];
    @Controller()
    class Stock {
      @MessagePattern('stock.reserve')
      reserve(@Payload() { product, key }: { readonly product: string; readonly key: string }) {
        asked.push(product);
        return `reserved by ${key}`;
      }
    }
    const port = await freePort();
    const transport = { transport: Transport.TCP, options: { port } } as const;
    @Module({
      imports: [
        SagaModule.forRoot({ logger: silentLogger }),
        ClientsModule.register([{ name: 'STOCK', ...transport }]),
      ],
      controllers: [Orders, Stock],
      providers: [PlaceOrder],
    })
    class AppModule {}
    const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app: INestApplication = testing.createNestApplication({ logger: false });
    app.connectMicroservice(transport);
    await app.startAllMicroservices();
    await app.init();
    const broker = app.get<{ emit(...given: unknown[]): never }>('STOCK');
    const order = { id: 'o-1', product: 'tea' };
    await lastValueFrom(broker.emit('order.placed', order), { defaultValue: undefined });
    await lastValueFrom(broker.emit('order.placed', order), { defaultValue: undefined });
    const sagas = app.get(SagaOrchestratorFactory);
    const again = await sagas.for(PlaceOrder as Type<object>, order, { id: 'o-1' }).start();
    const ended = await again.result();
    expect(ended.getStepResult('reserve')).toMatch(/^reserved by /);
    expect(asked).toEqual(['tea']);
    await app.close();
  });

  it('tenants: each step in the context of its own', async () => {
    const { AppModule, Orders, tenant } = await recipe<{
      AppModule: App;
      Orders: Type<{ place(order: object): Promise<SagaHandle> }>;
      tenant: { run<T>(name: string, work: () => T): T };
    }>(PAGE, 'tenants');
    const { app } = await bootModule(AppModule);
    const place = () => app.get(Orders).place({ id: '7' });
    for (const name of ['ann', 'bob']) {
      const ended = await (await tenant.run(name, place)).result();
      expect(ended.getStepResult('charge')).toBe(`charged for ${name}`);
      const { sagas } = await app.get(SagaOperations).list({ tags: { tenant: name } });
      expect(sagas).toMatchObject([{ id: `${name}.7` }]);
    }
  });

  it('options', async () => {
    const { AppModule } = await recipe<{ AppModule: App }>(PAGE, 'options');
    const { app } = await bootModule(AppModule);
    expect(app.get<SagaModuleOptions>(SAGA_OPTIONS, { strict: false })).toEqual({ drainMs: 5_000 });
  });

  it('events', async () => {
    const { Pager } = await recipe<{ Pager: Type<{ calls: string[] }> }>(PAGE, 'events');
    const { app, sagas } = await boot({ providers: [Pager] });
    const fails = () => {
      throw new NonRetryableError('no');
    };
    const chain = sagas
      .create('PlaceOrder', {}, { id: 'o-1' })
      .step({ label: 'Pay', action: () => 1, compensate: fails, compensationRetry: 0 })
      .step({ label: 'Ship', action: fails });
    await expect(chain.runAsync()).rejects.toMatchObject({ status: 'parked' });
    expect(app.get(Pager).calls).toEqual(['order o-1 needs somebody: compensation-failed']);
  });
});
