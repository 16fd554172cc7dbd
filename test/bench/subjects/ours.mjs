import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  cancelOrder,
  chargeCard,
  createOrder,
  refundCard,
  releaseStock,
  reserveStock,
} from './steps.mjs';

/** The steps as ours take them: the data is in a context. */
export const STEPS = [
  {
    label: 'CreateOrder',
    action: (ctx) => createOrder(ctx.context),
    compensate: (ctx) => cancelOrder(ctx.context),
  },
  {
    label: 'ReserveStock',
    action: (ctx) => reserveStock(ctx.context),
    compensate: (ctx) => releaseStock(ctx.context),
  },
  {
    label: 'ChargeCard',
    action: (ctx) => chargeCard(ctx.context),
    compensate: (ctx) => refundCard(ctx.context),
  },
];

const [{ action: create, compensate: cancel }, ...others] = STEPS;
const [{ action: reserve, compensate: release }, { action: charge, compensate: refund }] = others;

export function loadCore(lib) {
  return import(pathToFileURL(join(lib, 'core', 'index.js')).href);
}

/** The builder alone, without Nest and journal, from the folder of the built library. */
export async function loadOurs(lib) {
  const { SagaOrchestratorBuilder, defineSaga, silentLogger } = await loadCore(lib);
  const row = (name, run) => ({ name, run, undone: 2 });
  return {
    ours: () =>
      row('ours, its plan per saga', (order) =>
        new SagaOrchestratorBuilder('PlaceOrder', order, silentLogger)
          .step({ label: 'CreateOrder', action: create, compensate: cancel })
          .step({ label: 'ReserveStock', action: reserve, compensate: release })
          .step({ label: 'ChargeCard', action: charge, compensate: refund })
          .runAsync(),
      ),
    oursOnce: () => {
      const options = { definition: defineSaga('PlaceOrder', STEPS) };
      return row('ours, defined once', (order) =>
        new SagaOrchestratorBuilder('PlaceOrder', order, silentLogger, options).runAsync(),
      );
    },
  };
}
