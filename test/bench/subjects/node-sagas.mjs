import nodeSagas from 'node-sagas';
import {
  cancelOrder,
  chargeCard,
  createOrder,
  refundCard,
  releaseStock,
  reserveStock,
} from './steps.mjs';

function builder() {
  return new nodeSagas.SagaBuilder()
    .step('CreateOrder')
    .invoke(createOrder)
    .withCompensation(cancelOrder)
    .step('ReserveStock')
    .invoke(reserveStock)
    .withCompensation(releaseStock)
    .step('ChargeCard')
    .invoke(chargeCard)
    .withCompensation(refundCard);
}

// It also compensates the step that failed.
const UNDONE = 3;

/**
 * Its builder once, `build()` per saga: one built saga cannot be run again, because it would
 * remember the undos of all its earlier runs.
 */
export function nodeSagasOnce() {
  const once = builder();
  return {
    name: 'node-sagas, builder once',
    run: (order) => once.build().execute(order),
    undone: UNDONE,
  };
}

export function nodeSagasPerSaga() {
  return {
    name: 'node-sagas, builder per saga',
    run: (order) => builder().build().execute(order),
    undone: UNDONE,
  };
}
