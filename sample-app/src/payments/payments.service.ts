import { Injectable } from '@nestjs/common';
import {
  CannotCompensateError,
  ResultFactory,
  type ProbeAnswer,
  type Result,
} from 'nestjs-saga-orchestrator';
import { sagaHeaders, type SagaHeaderSource } from 'nestjs-saga-orchestrator/participant';
import type { ChargeRequest } from '../payment-service/charges.controller.js';
import type { Payment } from '../payment-service/charges.js';
import { PaymentServer } from './payment-server.js';

export type { Payment } from '../payment-service/charges.js';

/** The context of a step: who calls, and until when its answer is waited for. */
type Caller = SagaHeaderSource & { readonly signal: AbortSignal };

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

interface Refusal {
  readonly message: string;
}

const CLOSED = 409;
const DECLINED = 402;
const NEVER = 422;

function messageIn(body: unknown): string {
  return (body as Refusal).message;
}

/** Our side of the payment service: its answers in the words of a saga. */
@Injectable()
export class PaymentsService {
  constructor(private readonly server: PaymentServer) {}

  /**
   * A declined card is an answer, and stays one however often we ask. Everything else that goes wrong is a failed
   * attempt, which the saga may repeat.
   */
  async charge(ctx: Caller, request: ChargeRequest): Promise<Result<Payment>> {
    const { status, body } = await this.#post<Payment>('/charges', ctx, request);
    if (status === DECLINED) return ResultFactory.nonRetryable('CARD_DECLINED', messageIn(body));
    if (status === CLOSED) return ResultFactory.nonRetryable('PAYMENT_CLOSED', messageIn(body));
    if (status >= 400) throw new Error(messageIn(body));
    return ResultFactory.success(body);
  }

  /** Whether the charge went through, for when its answer was lost. */
  async find(ctx: Caller): Promise<ProbeAnswer<Payment>> {
    const path = '/charges/state';
    const { status, body } = await this.#post<{ answer: ProbeAnswer<Payment> }>(path, ctx, {});
    if (status >= 400) throw new Error(messageIn(body));
    return body.answer;
  }

  /** Of a charge that never came, too. What no try will ever do, somebody has to do by hand: the saga is parked. */
  async refund(ctx: Caller): Promise<void> {
    const { status, body } = await this.#post<unknown>('/charges/refund', ctx, {});
    if (status === NEVER) throw new CannotCompensateError(messageIn(body));
    if (status >= 400) throw new Error(messageIn(body));
  }

  async #post<T>(path: string, ctx: Caller, body: object): Promise<Answer<T>> {
    const response = await fetch(`${this.server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sagaHeaders(ctx) },
      body: JSON.stringify(body),
      signal: ctx.signal,
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }
}
