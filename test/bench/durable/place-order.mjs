import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** What the methods of {@link PlaceOrder} do to the world; replaced by what is measured. */
export const world = {
  createOrder: async () => 1,
  reserveStock: async () => 2,
  chargeCard: async () => 3,
  undo: async () => undefined,
};

/** Three no-op steps as a user writes them: a decorated provider. */
export class PlaceOrder {
  async createOrder(ctx) {
    return world.createOrder(ctx);
  }
  async cancelOrder(ctx) {
    await world.undo(ctx);
  }
  async reserveStock(ctx) {
    return world.reserveStock(ctx);
  }
  async releaseStock(ctx) {
    await world.undo(ctx);
  }
  async chargeCard(ctx) {
    return world.chargeCard(ctx);
  }
  async refundCard(ctx) {
    await world.undo(ctx);
  }
}

const STEPS = [
  ['createOrder', 'cancelOrder'],
  ['reserveStock', 'releaseStock'],
  ['chargeCard', 'refundCard'],
];

let decorated = false;

/** JavaScript has no decorators yet: what TypeScript does, by hand. */
function decorate({ Saga, SagaStep }, settings) {
  if (decorated) return;
  decorated = true;
  for (const [method, compensate] of STEPS) {
    const descriptor = Object.getOwnPropertyDescriptor(PlaceOrder.prototype, method);
    SagaStep({ compensate, ...settings[method] })(PlaceOrder.prototype, method, descriptor);
  }
  Saga('PlaceOrder')(PlaceOrder);
  Injectable()(PlaceOrder);
}

/**
 * A Nest application with this saga: everything on that is on by default, the log off.
 *
 * @param library The module `nestjs-saga-orchestrator`.
 * @param options Of `SagaModule.forRoot()`.
 * @param settings Of the steps, by method.
 */
export async function startApp(library, options, settings = {}) {
  decorate(library, settings);
  class AppModule {}
  Module({ imports: [library.SagaModule.forRoot(options)], providers: [PlaceOrder] })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const sagas = app.get(library.SagaOrchestratorFactory);
  return { app, saga: (context, start) => sagas.for(PlaceOrder, context, start) };
}
