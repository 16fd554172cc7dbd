import { Module } from '@nestjs/common';
import { WinstonModule } from 'nest-winston';
import { SagaModule } from 'nestjs-saga-orchestrator';
import { winstonOptions } from './logging/winston-options.js';
import { OrdersModule } from './orders/orders.module.js';
import { SagasModule } from './sagas/sagas.module.js';

@Module({
  imports: [
    // Sagas log to it without being told.
    WinstonModule.forRootAsync({ useFactory: () => winstonOptions() }),
    SagaModule.forRoot(),
    OrdersModule,
    SagasModule,
  ],
})
export class AppModule {}
