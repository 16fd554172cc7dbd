import {
  Body,
  Controller,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  UseFilters,
} from '@nestjs/common';
import { SagaOrchestratorFactory, type SagaStatus } from 'nestjs-saga-orchestrator';
import { Checkout } from './checkout.js';
import { CreateOrderSaga } from './create-order.saga.js';
import { IdempotencyKey } from './idempotency-key.js';
import { OrderFailureFilter } from './order-failure.filter.js';
import type { Order, PlaceOrder } from './order.js';
import { OrdersService } from './orders.service.js';
import { PlaceOrderPipe } from './place-order.pipe.js';

@Controller('orders')
@UseFilters(OrderFailureFilter)
export class OrdersController {
  constructor(
    private readonly checkout: Checkout,
    private readonly sagas: SagaOrchestratorFactory,
    private readonly orders: OrdersService,
  ) {}

  /**
   * Places an order and answers when its saga has ended: 201 with the order, or what the filter
   * makes of the failure, by when everything has been undone.
   *
   * An `Idempotency-Key` becomes the id of order and saga: who asks again with the same key and body gets the
   * first saga's outcome, and no second order.
   */
  @Post()
  async place(
    @Body(PlaceOrderPipe) request: PlaceOrder,
    @IdempotencyKey() key: string | undefined,
  ): Promise<{ sagaId: string; order: Order | undefined }> {
    const placed = await this.checkout.place(request, key);
    const { sagaId, getStepResult } = await placed.result();
    return { sagaId, order: getStepResult<Order>('ConfirmOrder') };
  }

  /** Answers once order and saga are stored, whatever dies then: 202, and where to look for its end. */
  @Post('later')
  @HttpCode(202)
  async placeLater(
    @Body(PlaceOrderPipe) request: PlaceOrder,
    @IdempotencyKey() key: string | undefined,
  ): Promise<{ sagaId: string; status: string }> {
    const { id } = await this.checkout.place(request, key);
    return { sagaId: id, status: `/orders/placed/${id}` };
  }

  /** How an order stands that was placed by any instance of this service. */
  @Get('placed/:sagaId')
  async placed(
    @Param('sagaId') sagaId: string,
  ): Promise<{ status: SagaStatus; order: Order | undefined }> {
    const saga = await this.sagas.attach(CreateOrderSaga, sagaId);
    if (saga === undefined) throw new NotFoundException(`No order was placed as '${sagaId}'`);
    return { status: saga.status, order: saga.getStepResult('confirmOrder') };
  }

  @Get(':id')
  async find(@Param('id') id: string): Promise<Order> {
    const order = await this.orders.find(id);
    if (order === undefined) throw new NotFoundException(`There is no order '${id}'`);
    return order;
  }
}
