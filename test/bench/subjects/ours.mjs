import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import winston from 'winston';
import {
  cancelOrder,
  chargeCard,
  createOrder,
  refundCard,
  releaseStock,
  reserveStock,
} from './steps.mjs';

const create = (ctx) => createOrder(ctx.context);
const cancel = (ctx) => cancelOrder(ctx.context);
const reserve = (ctx) => reserveStock(ctx.context);
const release = (ctx) => releaseStock(ctx.context);
const charge = (ctx) => chargeCard(ctx.context);
const refund = (ctx) => refundCard(ctx.context);

function builderPerSaga(Builder, logger) {
  return (order) =>
    new Builder('PlaceOrder', order, logger)
      .step({ label: 'CreateOrder', action: create, compensate: cancel })
      .step({ label: 'ReserveStock', action: reserve, compensate: release })
      .step({ label: 'ChargeCard', action: charge, compensate: refund })
      .runAsync();
}

/** The library under test, from the folder of a built `lib/core`. */
export async function loadOurs(core) {
  const { SagaOrchestratorBuilder, defineSaga, silentLogger } = await import(
    pathToFileURL(join(core, 'index.js')).href
  );
  const definition = defineSaga('PlaceOrder', [
    { label: 'CreateOrder', action: create, compensate: cancel },
    { label: 'ReserveStock', action: reserve, compensate: release },
    { label: 'ChargeCard', action: charge, compensate: refund },
  ]);
  const options = { definition };
  const row = (name, run) => ({ name, run, undone: 2 });
  const perSaga = (logger) => builderPerSaga(SagaOrchestratorBuilder, logger);

  return {
    builder: () => row('ours, builder per saga', perSaga(silentLogger)),
    definedOnce: () =>
      row('ours, defined once', (order) =>
        new SagaOrchestratorBuilder('PlaceOrder', order, silentLogger, options).runAsync(),
      ),
    silentWinston: () =>
      row('ours, winston silent', perSaga(winston.createLogger({ silent: true }))),
    winstonAtError: () => {
      const transports = [new winston.transports.Console()];
      return row(
        "ours, winston at 'error'",
        perSaga(winston.createLogger({ level: 'error', transports })),
      );
    },
  };
}
