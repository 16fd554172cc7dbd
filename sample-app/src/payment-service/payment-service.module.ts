import { Module } from '@nestjs/common';
import { SagaBarrierModule } from 'nestjs-saga-orchestrator/participant';
import { Bank } from './bank.js';
import { ChargesController } from './charges.controller.js';
import { Charges } from './charges.js';

@Module({ providers: [Charges], exports: [Charges] })
class ChargesModule {}

/** A company that charges cards: a service of its own, which knows nothing of orders and has no journal. */
@Module({
  imports: [
    ChargesModule,
    SagaBarrierModule.forRootAsync({
      imports: [ChargesModule],
      inject: [Charges],
      useFactory: ({ transactions }: Charges) => ({ transactions }),
    }),
  ],
  controllers: [ChargesController],
  providers: [Bank],
})
export class PaymentServiceModule {}
