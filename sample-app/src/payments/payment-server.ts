import {
  Injectable,
  type INestApplication,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { PaymentServiceModule } from '../payment-service/payment-service.module.js';

/**
 * Where payments are taken: at `PAYMENTS_URL`, or, so that this sample starts by itself, by the same service on a
 * port of this machine.
 */
@Injectable()
export class PaymentServer implements OnModuleInit, OnApplicationShutdown {
  #url = process.env['PAYMENTS_URL'] ?? '';
  #app: INestApplication | undefined;

  get url(): string {
    return this.#url;
  }

  /** The service itself, where it runs in this process. */
  get app(): INestApplication | undefined {
    return this.#app;
  }

  async onModuleInit(): Promise<void> {
    if (this.#url !== '') return;
    this.#app = await NestFactory.create(PaymentServiceModule, { abortOnError: false });
    await this.#app.listen(0, '127.0.0.1');
    this.#url = await this.#app.getUrl();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#app?.close();
  }
}
