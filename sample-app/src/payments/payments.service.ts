import { Injectable } from '@nestjs/common';
import { ResultFactory, type ProbeAnswer, type Result } from 'nestjs-saga-orchestrator';
import { CardDeclinedError, PaymentProvider, type Charge } from './payment-provider.js';

export interface Payment {
  readonly paymentId: string;
  readonly amountCents: number;
}

export interface ChargeRequest {
  readonly userId: string;
  readonly amountCents: number;
}

function paymentOf({ paymentId, amountCents }: Charge): Payment {
  return { paymentId, amountCents };
}

/** Our side of the payment provider: its answers in the words of a saga. */
@Injectable()
export class PaymentsService {
  constructor(private readonly provider: PaymentProvider) {}

  /**
   * A declined card is an answer, and stays one however often we ask. Everything else that the
   * provider throws passes through: it is a failed attempt, which the saga may repeat.
   */
  async charge(key: string, request: ChargeRequest, signal: AbortSignal): Promise<Result<Payment>> {
    const { userId, amountCents } = request;
    try {
      const charge = await this.provider.charge(key, userId, amountCents, signal);
      if (charge.status === 'charged') {
        return ResultFactory.success(paymentOf(charge));
      }
      return ResultFactory.nonRetryable('PAYMENT_CLOSED', 'It was refunded before it came');
    } catch (error) {
      if (!(error instanceof CardDeclinedError)) throw error;
      return ResultFactory.nonRetryable('CARD_DECLINED', error.message, error);
    }
  }

  /** Whether the charge went through, for when its answer was lost. */
  async find(key: string): Promise<ProbeAnswer> {
    const charge = await this.provider.find(key);
    if (charge?.status !== 'charged') return 'not-done';
    return { outcome: 'done', result: paymentOf(charge) };
  }

  /** Takes the key that was given to {@link charge}, whether or not it went through. */
  async refund(key: string): Promise<void> {
    await this.provider.refund(key);
  }
}
