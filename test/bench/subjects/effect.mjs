import { Effect, Exit } from 'effect';
import {
  cancelOrder,
  chargeCard,
  createOrder,
  refundCard,
  releaseStock,
  reserveStock,
} from './steps.mjs';

const attempt = (action, order) =>
  Effect.tryPromise({ try: () => action(order), catch: (error) => error });

/** Does a step, then the rest; undoes the step when the rest fails. */
function step(action, compensate, order, rest) {
  return Effect.acquireUseRelease(
    attempt(action, order),
    () => rest,
    (_, exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.promise(() => compensate(order))),
  );
}

/** The same saga as nested `acquireUseRelease`. */
export function effect() {
  return {
    name: 'Effect acquireUseRelease',
    run: (order) => {
      const charged = step(chargeCard, refundCard, order, Effect.succeed(order));
      const reserved = step(reserveStock, releaseStock, order, charged);
      return Effect.runPromise(step(createOrder, cancelOrder, order, reserved));
    },
    undone: 2,
  };
}
