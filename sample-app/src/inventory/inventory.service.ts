import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { ResultFactory, type Result } from 'nestjs-saga-orchestrator';

export interface Reservation {
  readonly productId: string;
  readonly quantity: number;
  readonly amountCents: number;
}

interface Product {
  readonly priceCents: number;
  onHand: number;
}

/** How long the warehouse takes to answer, in ms. */
const LATENCY_MS = 5;

/**
 * The warehouse: `book` (100 on hand), `lamp` (5) and `piano` (just one).
 *
 * Every call carries the caller's idempotency key, and the key is what makes it safe to repeat: a
 * reservation that is asked for twice is one reservation. A refusal is an `Err` that says so; what
 * is merely broken would throw.
 */
@Injectable()
export class InventoryService {
  readonly #products = new Map<string, Product>([
    ['book', { priceCents: 1_500, onHand: 100 }],
    ['lamp', { priceCents: 4_900, onHand: 5 }],
    ['piano', { priceCents: 250_000, onHand: 1 }],
  ]);
  readonly #held = new Map<string, Reservation>();
  readonly #released = new Set<string>();

  async reserve(key: string, productId: string, quantity: number): Promise<Result<Reservation>> {
    await sleep(LATENCY_MS);
    const held = this.#held.get(key);
    if (held !== undefined) return ResultFactory.success(held);
    if (this.#released.has(key)) {
      return ResultFactory.nonRetryable('RESERVATION_CLOSED', 'It was released before it came');
    }
    const product = this.#products.get(productId);
    if (product === undefined) {
      return ResultFactory.nonRetryable('UNKNOWN_PRODUCT', `There is no product '${productId}'`);
    }
    if (product.onHand < quantity) {
      const wanted = `${quantity} × ${productId} wanted, ${product.onHand} on hand`;
      return ResultFactory.nonRetryable('OUT_OF_STOCK', wanted);
    }
    const reservation = { productId, quantity, amountCents: product.priceCents * quantity };
    product.onHand -= quantity;
    this.#held.set(key, reservation);
    return ResultFactory.success(reservation);
  }

  /**
   * Takes the key that was given to {@link reserve}. Releasing twice is releasing once, and
   * releasing what never came makes sure that it has no effect should it still arrive.
   */
  async release(key: string): Promise<void> {
    await sleep(LATENCY_MS);
    this.#released.add(key);
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    const product = this.#products.get(held.productId);
    if (product !== undefined) product.onHand += held.quantity;
  }

  /** Pieces on hand and pieces promised to orders, by product. */
  levels(): { productId: string; onHand: number; reserved: number }[] {
    return [...this.#products].map(([productId, { onHand }]) => {
      const mine = [...this.#held.values()].filter((held) => held.productId === productId);
      return { productId, onHand, reserved: mine.reduce((sum, held) => sum + held.quantity, 0) };
    });
  }
}
