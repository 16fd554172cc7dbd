import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { WinstonModule } from 'nest-winston';
import { SagaExceptionFilter, SagaModule } from 'nestjs-saga-orchestrator';
import { SagaDashboardModule } from 'nestjs-saga-orchestrator/dashboard';
import { winstonOptions } from './logging/winston-options.js';
import { OrdersModule } from './orders/orders.module.js';
import { sagaOptions } from './sagas/saga-options.js';
import { SagasModule } from './sagas/sagas.module.js';
import { ShopDatabase } from './storage/shop-database.js';
import { StorageModule } from './storage/storage.module.js';

@Module({
  imports: [
    // Sagas log to it without being told.
    WinstonModule.forRootAsync({ useFactory: () => winstonOptions() }),
    SagaModule.forRootAsync({
      inject: [ShopDatabase],
      useFactory: (database: ShopDatabase) => sagaOptions(database),
    }),
    // Without a guard it is served to this machine alone, and refuses to start in production.
    SagaDashboardModule.forRoot({
      path: 'sagas',
      title: 'Shop sagas',
      actor: () => 'developer@localhost',
      payloads: 'redacted',
      can: () => true,
    }),
    StorageModule,
    OrdersModule,
    SagasModule,
  ],
  // For every route that has no filter of its own, as that of the orders has for its texts.
  providers: [{ provide: APP_FILTER, useClass: SagaExceptionFilter }],
})
export class AppModule {}
