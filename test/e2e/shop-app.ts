import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { WINSTON_MODULE_PROVIDER } from 'nest-winston';
import { SagaOperations, SagaOrchestratorFactory } from 'nestjs-saga-orchestrator';
import request from 'supertest';
import { createLogger, type Logger } from 'winston';
import { AppModule } from '../../sample-app/src/app.module.js';
import { InventoryService } from '../../sample-app/src/inventory/inventory.service.js';
import { OrdersService } from '../../sample-app/src/orders/orders.service.js';
import { Bank } from '../../sample-app/src/payment-service/bank.js';
import { Charges } from '../../sample-app/src/payment-service/charges.js';
import { PaymentServer } from '../../sample-app/src/payments/payment-server.js';
import { PaymentsService } from '../../sample-app/src/payments/payments.service.js';
import type { SagaView } from '../../sample-app/src/sagas/saga-view.js';
import { ShopDatabase } from '../../sample-app/src/storage/shop-database.js';

const quiet = createLogger({ silent: true });

/** The sample app on a free port, spoken to over real HTTP. */
export class ShopApp {
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly app: INestApplication,
    private readonly url: string,
    private readonly folder: string,
  ) {}

  static async start(logger: Logger = quiet): Promise<ShopApp> {
    const folder = mkdtempSync(join(tmpdir(), 'saga-shop-'));
    process.env['SAGA_DATA_DIR'] = folder;
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(WINSTON_MODULE_PROVIDER)
      .useValue(logger)
      .compile();
    const app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    return new ShopApp(app, `http://127.0.0.1:${port}`, folder);
  }

  /** A second call waits for the first. */
  stop(): Promise<void> {
    const clear = (): void => rmSync(this.folder, { recursive: true, force: true });
    return (this.#stopped ??= this.app.close().finally(clear));
  }

  get inventory(): InventoryService {
    return this.app.get(InventoryService);
  }

  get database(): ShopDatabase {
    return this.app.get(ShopDatabase);
  }

  get sagas(): SagaOrchestratorFactory {
    return this.app.get(SagaOrchestratorFactory);
  }

  get orders(): OrdersService {
    return this.app.get(OrdersService);
  }

  get payments(): PaymentsService {
    return this.app.get(PaymentsService);
  }

  /** Inside the payment service, which the saga reaches over HTTP alone. */
  get charges(): Charges {
    return this.#inPayments(Charges);
  }

  get bank(): Bank {
    return this.#inPayments(Bank);
  }

  get(path: string): request.Test {
    return request(this.url).get(path);
  }

  post(body: unknown, headers: Record<string, string> = {}, path = '/orders'): request.Test {
    return request(this.url)
      .post(path)
      .set(headers)
      .send(body as object);
  }

  order(userId: string, productId: string, quantity = 1): request.Test {
    return this.post({ userId, productId, quantity });
  }

  /** `type step attempt` of everything but the mere beginnings. */
  async story(sagaId: string): Promise<string[]> {
    const { body } = await this.get(`/sagas/${sagaId}`).expect(200);
    return (body as SagaView).timeline
      .filter(({ type }) => !['accepted', 'started', 'undo-started'].includes(type))
      .map(({ type, step, attempt }) => [type, step, attempt].filter(Boolean).join(' '));
  }

  async onHand(productId: string): Promise<number | undefined> {
    const levels = await this.inventory.levels();
    return levels.find((level) => level.productId === productId)?.onHand;
  }

  async reserved(productId: string): Promise<number | undefined> {
    const levels = await this.inventory.levels();
    return levels.find((level) => level.productId === productId)?.reserved;
  }

  #inPayments<T>(type: Type<T>): T {
    const { app } = this.app.get(PaymentServer);
    if (app === undefined) throw new Error('the payment service does not run here');
    return app.get(type);
  }

  async orderStatuses(): Promise<string[]> {
    return (await this.orders.all()).map(({ status }) => status);
  }

  /** Ids of sagas and of orders. */
  async ids(): Promise<{ sagas: string[]; orders: string[] }> {
    const { sagas } = await this.app.get(SagaOperations).list();
    const orders = await this.orders.all();
    return { sagas: sagas.map(({ id }) => id), orders: orders.map(({ id }) => id) };
  }
}
