/** The usage example of the specification, as a user writes it; compiled, never run. */
import {
  ResultFactory,
  SagaOrchestratorBuilder,
  type ISagaContext,
} from 'nestjs-saga-orchestrator/core';
import winston from 'winston';

interface PurchaseContext {
  orderId?: string;
  paymentTransactionId?: string;
  userId: string;
  productId: string;
  quantity: number;
}
type Ctx = ISagaContext<PurchaseContext>;

const orders = {
  create: async (_ctx: Ctx) => ResultFactory.success({ orderId: 'order-1' }),
  cancel: async (ctx: Ctx) => ctx.logger.info(`${ctx.context.orderId} is cancelled`),
};
const inventory = {
  reserve: async (ctx: Ctx) =>
    ctx.context.quantity < 10
      ? ResultFactory.success({ reserved: true })
      : ResultFactory.error(500, 'The inventory is down'),
  release: async (ctx: Ctx) => ctx.logger.info(`${ctx.context.productId} is released`),
};
const payment = {
  process: async (_ctx: Ctx) => ResultFactory.success({ paymentTransactionId: 'tx-1' }),
  refund: async (ctx: Ctx) => ctx.logger.info(`${ctx.context.paymentTransactionId} is refunded`),
};

export async function purchase(logger: winston.Logger): Promise<string | undefined> {
  const initialContext: PurchaseContext = { userId: 'user-1', productId: 'tea', quantity: 2 };
  const saga = new SagaOrchestratorBuilder('Purchase', initialContext, logger);
  try {
    saga
      .step({
        label: 'CreateOrder',
        action: async (ctx) => {
          const result = await orders.create(ctx);
          if (result.isOk()) ctx.context.orderId = result.value.orderId;
          return result;
        },
        compensate: async (ctx) => orders.cancel(ctx),
      })
      .step({
        label: 'ReserveInventory',
        action: (ctx) => inventory.reserve(ctx),
        compensate: (ctx) => inventory.release(ctx),
        retry: 2,
      })
      .step({
        label: 'ProcessPayment',
        action: async (ctx) => {
          const result = await payment.process(ctx);
          if (result.isOk()) ctx.context.paymentTransactionId = result.value.paymentTransactionId;
          return result;
        },
        compensate: (ctx) => payment.refund(ctx),
      });
    await saga.runAsync();
    if (!saga.getContext().isSuccess) return undefined;
    const paid = saga.getStepResult<{ paymentTransactionId: string }>('ProcessPayment');
    return paid?.paymentTransactionId;
  } catch (error) {
    logger.error((error as Error).message);
    return undefined;
  }
}
