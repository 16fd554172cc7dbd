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
    private readonly sagas: SagaOrchestratorFactory,
    private readonly orders: OrdersService,
  ) {}

  /**
   * Places an order and answers when its saga has ended: 201 with the order, or what the filter
   * makes of the failure, by when everything has been undone.
   *
   * An `Idempotency-Key` becomes the saga's id: who asks again with the same key and body gets the
   * first saga's outcome, and no second order.
   */
  @Post()
  async place(
    @Body(PlaceOrderPipe) request: PlaceOrder,
    @IdempotencyKey() key: string | undefined,
  ): Promise<{ sagaId: string; order: Order | undefined }> {
    const saga = this.sagas.for(CreateOrderSaga, request, key === undefined ? {} : { id: key });
    const { sagaId } = await saga.runAsync();
    return { sagaId, order: saga.getStepResult<Order>('ConfirmOrder') };
  }

  /** Answers once the saga is durable, whatever dies then: 202, and where to look for its end. */
  @Post('later')
  @HttpCode(202)
  async placeLater(
    @Body(PlaceOrderPipe) request: PlaceOrder,
    @IdempotencyKey() key: string | undefined,
  ): Promise<{ sagaId: string; status: string }> {
    const saga = this.sagas.for(CreateOrderSaga, request, key === undefined ? {} : { id: key });
    const { id } = await saga.start();
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
  find(@Param('id') id: string): Order {
    const order = this.orders.find(id);
    if (order === undefined) throw new NotFoundException(`There is no order '${id}'`);
    return order;
  }
}
