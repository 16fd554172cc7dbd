import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WINSTON_MODULE_NEST_PROVIDER } from 'nest-winston';
import { AppModule } from './app.module.js';

/** The application, with winston as Nest's logger; it does not listen yet. */
export async function createApp(): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule, { bufferLogs: true });
  app.useLogger(app.get(WINSTON_MODULE_NEST_PROVIDER));
  // Ctrl-C lets the running step of each saga finish.
  app.enableShutdownHooks();
  return app;
}
