import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { PaymentServiceModule } from './payment-service.module.js';

// The payment service in a process of its own:
//   PORT=3001 node dist/sample-app/src/payment-service/main.js
//   PAYMENTS_URL=http://localhost:3001 npm start
const app = await NestFactory.create(PaymentServiceModule);
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3001), process.env['HOST'] ?? '127.0.0.1');
console.log(`Payments are taken at ${await app.getUrl()}`);
