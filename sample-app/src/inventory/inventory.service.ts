import { Injectable } from '@nestjs/common';
import { ResultFactory, type Result } from 'nestjs-saga-orchestrator';
import { ShopDatabase, type Tx } from '../storage/shop-database.js';

export interface Reservation {
  readonly productId: string;
  readonly quantity: number;
  readonly amountCents: number;
}

export interface StockLevel {
  readonly productId: string;
  readonly onHand: number;
  readonly reserved: number;
}

/**
 * The warehouse: `book` (100 on hand), `lamp` (5) and `piano` (just one).
 *
 * A count goes up or down, and knows nothing of sagas that may do so twice: each call is part of the transaction that
 * also has the record of its step.
 */
@Injectable()
export class InventoryService {
  constructor(private readonly database: ShopDatabase) {}

  /** A refusal is an `Err`, by which its transaction is rolled back, as by what is thrown. */
  async reserve(tx: Tx, productId: string, quantity: number): Promise<Result<Reservation>> {
    const [product] = await tx.query('SELECT price_cents, on_hand FROM products WHERE id = $1', [
      productId,
    ]);
    if (product === undefined) {
      return ResultFactory.nonRetryable('UNKNOWN_PRODUCT', `There is no product '${productId}'`);
    }
    const reserved = await tx.query(
      `UPDATE products SET on_hand = on_hand - $2, reserved = reserved + $2
       WHERE id = $1 AND on_hand >= $2 RETURNING id`,
      [productId, quantity],
    );
    if (reserved.length === 0) {
      const wanted = `${quantity} × ${productId} wanted, ${String(product['on_hand'])} on hand`;
      return ResultFactory.nonRetryable('OUT_OF_STOCK', wanted);
    }
    const amountCents = Number(product['price_cents']) * quantity;
    return ResultFactory.success({ productId, quantity, amountCents });
  }

  async release(tx: Tx, productId: string, quantity: number): Promise<void> {
    await tx.query(
      'UPDATE products SET on_hand = on_hand + $2, reserved = reserved - $2 WHERE id = $1',
      [productId, quantity],
    );
  }

  /** Pieces on hand and pieces promised to orders, by product. */
  async levels(): Promise<readonly StockLevel[]> {
    const products = await this.database.read('SELECT * FROM products ORDER BY id', []);
    return products.map(({ id, on_hand, reserved }) => ({
      productId: String(id),
      onHand: Number(on_hand),
      reserved: Number(reserved),
    }));
  }
}
