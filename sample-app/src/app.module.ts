import { Module } from '@nestjs/common';
import { WinstonModule } from 'nest-winston';
import { SagaModule } from 'nestjs-saga-orchestrator';
import { winstonOptions } from './logging/winston-options.js';
import { OrdersModule } from './orders/orders.module.js';
import { sagaOptions } from './sagas/saga-options.js';
import { SagasModule } from './sagas/sagas.module.js';
import { StorageModule } from './storage/storage.module.js';

@Module({
  imports: [
    // Sagas log to it without being told.
    WinstonModule.forRootAsync({ useFactory: () => winstonOptions() }),
    SagaModule.forRootAsync({ useFactory: () => sagaOptions() }),
    StorageModule,
    OrdersModule,
    SagasModule,
  ],
})
export class AppModule {}
