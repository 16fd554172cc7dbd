import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Optional } from '@nestjs/common';
import { ResultFactory, type Result } from 'nestjs-saga-orchestrator';
import { Storage, type Shelf } from '../storage/storage.js';

export interface Reservation {
  readonly productId: string;
  readonly quantity: number;
  readonly amountCents: number;
}

interface Product {
  readonly priceCents: number;
  /** In the warehouse at first. */
  readonly pieces: number;
}

/** What became of one key. One that was released before it was held has no reservation. */
interface Entry {
  readonly status: 'held' | 'released';
  readonly reservation?: Reservation;
}

const PRODUCTS: ReadonlyMap<string, Product> = new Map([
  ['book', { priceCents: 1_500, pieces: 100 }],
  ['lamp', { priceCents: 4_900, pieces: 5 }],
  ['piano', { priceCents: 250_000, pieces: 1 }],
]);

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
  /** The whole truth: how much is on hand follows from it, so that a crash cannot come between. */
  readonly #entries: Shelf<Entry>;

  /** Without a storage they are kept in memory. */
  constructor(@Optional() storage?: Storage) {
    this.#entries = storage?.shelf('reservations') ?? new Map<string, Entry>();
  }

  async reserve(key: string, productId: string, quantity: number): Promise<Result<Reservation>> {
    await sleep(LATENCY_MS);
    const { status, reservation: held } = this.#entries.get(key) ?? {};
    if (status === 'released') {
      return ResultFactory.nonRetryable('RESERVATION_CLOSED', 'It was released before it came');
    }
    if (held !== undefined) return ResultFactory.success(held);
    const product = PRODUCTS.get(productId);
    if (product === undefined) {
      return ResultFactory.nonRetryable('UNKNOWN_PRODUCT', `There is no product '${productId}'`);
    }
    const onHand = product.pieces - this.#reserved(productId);
    if (onHand < quantity) {
      const wanted = `${quantity} × ${productId} wanted, ${onHand} on hand`;
      return ResultFactory.nonRetryable('OUT_OF_STOCK', wanted);
    }
    const reservation = { productId, quantity, amountCents: product.priceCents * quantity };
    this.#entries.set(key, { status: 'held', reservation });
    return ResultFactory.success(reservation);
  }

  /**
   * Takes the key that was given to {@link reserve}. Releasing twice is releasing once, and
   * releasing what never came makes sure that it has no effect should it still arrive.
   */
  async release(key: string): Promise<void> {
    await sleep(LATENCY_MS);
    this.#entries.set(key, { status: 'released' });
  }

  /** Pieces on hand and pieces promised to orders, by product. */
  levels(): { productId: string; onHand: number; reserved: number }[] {
    return [...PRODUCTS].map(([productId, { pieces }]) => {
      const reserved = this.#reserved(productId);
      return { productId, onHand: pieces - reserved, reserved };
    });
  }

  #reserved(productId: string): number {
    const held = [...this.#entries.values()].filter(({ status }) => status === 'held');
    const mine = held.filter(({ reservation }) => reservation?.productId === productId);
    return mine.reduce((sum, { reservation }) => sum + (reservation?.quantity ?? 0), 0);
  }
}
