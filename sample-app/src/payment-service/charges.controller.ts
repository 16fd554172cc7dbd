import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { SagaBarrier, SagaCall } from 'nestjs-saga-orchestrator/participant';
import { Bank } from './bank.js';
import { Charges, type Payment, type Tx } from './charges.js';

export interface ChargeRequest {
  readonly userId: string;
  readonly amountCents: number;
}

/** How far away it is, in ms. */
const LATENCY_MS = 20;

/**
 * Charges cards for sagas of other services, over HTTP and, where it is started so, over messages. They may ask twice, refund what was never charged, and charge what
 * was refunded already: all of that is the barrier's to see to, and nothing of it is in `Charges`.
 */
@Controller('charges')
export class ChargesController {
  constructor(
    private readonly barrier: SagaBarrier,
    private readonly charges: Charges,
    private readonly bank: Bank,
  ) {}

  @MessagePattern('charges.charge')
  @Post()
  async charge(
    @SagaCall() call: SagaCall,
    @Body() @Payload() { userId, amountCents }: ChargeRequest,
  ) {
    await sleep(LATENCY_MS);
    let isNew = false;
    const payment = await this.barrier.do(call, (tx: Tx): Payment => {
      isNew = true;
      const key = String(call.key);
      this.bank.approve(userId, key);
      return this.charges.charge(tx, key, amountCents);
    });
    if (isNew) await this.bank.answer(userId);
    return payment;
  }

  @HttpCode(200)
  @MessagePattern('charges.refund')
  @Post('refund')
  async refund(@SagaCall() call: SagaCall) {
    await sleep(LATENCY_MS);
    await this.barrier.undo(call, (tx: Tx) => {
      this.bank.takeRefund(String(call.undoOf));
      this.charges.refund(tx, String(call.undoOf));
    });
  }

  /** Whether a charge went through, for whoever had no answer. */
  @HttpCode(200)
  @MessagePattern('charges.state')
  @Post('state')
  async state(@SagaCall() call: SagaCall) {
    await sleep(LATENCY_MS);
    return { answer: await this.barrier.probe(call) };
  }
}
