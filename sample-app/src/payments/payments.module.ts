import { Module } from '@nestjs/common';
import { PaymentProvider } from './payment-provider.js';
import { PaymentsService } from './payments.service.js';

@Module({ providers: [PaymentProvider, PaymentsService], exports: [PaymentsService] })
export class PaymentsModule {}
