import { Module } from '@nestjs/common';
import { PaymentServer } from './payment-server.js';
import { PaymentsService } from './payments.service.js';

@Module({ providers: [PaymentServer, PaymentsService], exports: [PaymentsService] })
export class PaymentsModule {}
