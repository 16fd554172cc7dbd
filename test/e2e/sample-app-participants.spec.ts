import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, Transport } from '@nestjs/microservices';
import { SagaOrchestratorBuilder, silentLogger } from 'nestjs-saga-orchestrator';
import { sagaHeaders, type SagaHeaderSource } from 'nestjs-saga-orchestrator/participant';
import { lastValueFrom } from 'rxjs';
import { Charges } from '../../sample-app/src/payment-service/charges.js';
import { PaymentServiceModule } from '../../sample-app/src/payment-service/payment-service.module.js';
import { closedPort } from '../support/awkward-server.js';
import { ShopApp } from './shop-app.js';

// What a saga asks of those it calls: the same key has one effect, and an undo always succeeds.

describe('the payments', () => {
  const { signal } = new AbortController();
  const request = { userId: 'user-1', amountCents: 500 };
  const doing = { idempotencyKey: 'key', signal };
  const undoing = { idempotencyKey: 'undo-key', actionIdempotencyKey: 'key', signal };
  let shop: ShopApp;

  beforeEach(async () => {
    shop = await ShopApp.start();
  });
  afterEach(() => shop.stop());

  it('charge once for one key, and refund once', async () => {
    const { payments, charges } = shop;
    const first = await payments.charge(doing, request);
    expect(await payments.charge(doing, request)).toEqual(first);
    expect(charges.totals()).toEqual({ charged: 500, refunded: 0 });
    expect(await payments.find(doing)).toEqual({
      outcome: 'done',
      result: { paymentId: 'payment-1', amountCents: 500 },
    });

    await payments.refund(undoing);
    await payments.refund(undoing);
    expect(charges.totals()).toEqual({ charged: 500, refunded: 500 });
    expect(await payments.find(doing)).toBe('not-done');
  });

  it('charge once, however many ask at the same time', async () => {
    const { payments, charges } = shop;
    const asked = Array.from({ length: 10 }, () => payments.charge(doing, request));
    const answers = new Set((await Promise.all(asked)).map((answer) => JSON.stringify(answer)));
    expect([answers.size, charges.totals()]).toEqual([1, { charged: 500, refunded: 0 }]);
  });

  it('refuse a charge that arrives after its refund', async () => {
    const { payments, charges } = shop;
    await payments.refund(undoing);
    const late = await payments.charge(doing, request);

    expect(late.isErr()).toBe(true);
    expect(charges.totals()).toEqual({ charged: 0, refunded: 0 });
  });
});

describe('the payments, as a service of its own', () => {
  let folder: string;
  const started: { close(): Promise<unknown> }[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'saga-payments-'));
    process.env['SAGA_DATA_DIR'] = folder;
  });
  afterEach(async () => {
    delete process.env['PAYMENTS_URL'];
    for (const it of started.splice(0).reverse()) await it.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are taken at PAYMENTS_URL', async () => {
    const service = await NestFactory.create(PaymentServiceModule, { logger: false });
    started.push(service);
    await service.listen(0, '127.0.0.1');
    process.env['PAYMENTS_URL'] = await service.getUrl();
    const shop = await ShopApp.start();
    started.push({ close: () => shop.stop() });

    await shop.order('user-1', 'lamp').expect(201);
    expect(service.get(Charges).totals()).toEqual({ charged: 4_900, refunded: 0 });
  });

  it('are taken over TCP, for a saga that asks for everything twice', async () => {
    const options = { host: '127.0.0.1', port: await closedPort() };
    const service = await NestFactory.createMicroservice(PaymentServiceModule, {
      ...{ transport: Transport.TCP, options },
      logger: false,
    });
    started.push(service);
    await service.listen();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    started.push({ close: async () => client.close() });
    const send = (pattern: string, ctx: SagaHeaderSource): Promise<unknown> => {
      const request = { userId: 'user-1', amountCents: 500, headers: sagaHeaders(ctx) };
      const once = () => lastValueFrom(client.send<unknown>(pattern, request), { defaultValue: 0 });
      return Promise.all([once(), once()]);
    };
    const order = (fails: boolean) =>
      new SagaOrchestratorBuilder('Order', {}, silentLogger)
        .step({
          label: 'Charge',
          action: (ctx) => send('charges.charge', ctx),
          compensate: (ctx) => send('charges.refund', ctx),
        })
        .step({
          label: 'Ship',
          pivot: true,
          action: () => {
            if (fails) throw new Error('too heavy');
          },
        });

    const placed = order(false);
    await placed.runAsync();
    const payment = { paymentId: 'payment-1', amountCents: 500 };
    expect(placed.getStepResult('Charge')).toEqual([payment, payment]);
    await expect(order(true).runAsync()).rejects.toMatchObject({ status: 'compensated' });
    expect(service.get(Charges).totals()).toEqual({ charged: 1_000, refunded: 500 });
  });
});
