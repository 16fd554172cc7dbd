import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Optional } from '@nestjs/common';
import { Storage, type Shelf } from '../storage/storage.js';

export interface Charge {
  readonly paymentId: string;
  readonly amountCents: number;
  readonly status: 'charged' | 'refunded';
}

/** The provider answered, and the answer is no. */
export class CardDeclinedError extends Error {}

/** The provider did not do it, and may do it when asked again. */
export class ProviderBusyError extends Error {}

const LATENCY_MS = 20;
const FAR_TOO_LONG_MS = 60_000;

/**
 * A stand-in for a payment company somewhere on the internet. Who pays decides how it behaves:
 *
 * | userId          | what happens                                                      |
 * | --------------- | ----------------------------------------------------------------- |
 * | `user-declined` | the card is declined                                              |
 * | `user-flaky`    | busy twice, then it works                                         |
 * | `user-slow`     | charges at once, but the answer does not arrive for a minute      |
 * | `user-offline`  | busy, however often it is asked                                   |
 * | anyone else     | it works                                                          |
 *
 * Like the real ones it knows idempotency keys: one key is charged once, and refunded once.
 */
@Injectable()
export class PaymentProvider {
  readonly #charges: Shelf<Charge>;
  readonly #calls: Shelf<number>;

  /** Without a storage they are kept in memory. */
  constructor(@Optional() storage?: Storage) {
    this.#charges = storage?.shelf('charges') ?? new Map<string, Charge>();
    this.#calls = storage?.shelf('charge-calls') ?? new Map<string, number>();
  }

  async charge(
    key: string,
    userId: string,
    amountCents: number,
    signal: AbortSignal,
  ): Promise<Charge> {
    await sleep(LATENCY_MS, undefined, { signal });
    const known = this.#charges.get(key);
    if (known !== undefined) return known;
    if (userId === 'user-declined') throw new CardDeclinedError('The bank declined the card');
    const call = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, call);
    if (userId === 'user-offline' || (userId === 'user-flaky' && call <= 2)) {
      throw new ProviderBusyError('The payment provider is busy');
    }
    const paymentId = `payment-${this.#charges.size + 1}`;
    const charge: Charge = { paymentId, amountCents, status: 'charged' };
    this.#charges.set(key, charge);
    if (userId === 'user-slow') await sleep(FAR_TOO_LONG_MS, undefined, { signal });
    return charge;
  }

  async find(key: string): Promise<Charge | undefined> {
    await sleep(LATENCY_MS);
    return this.#charges.get(key);
  }

  /** Of a charge that never came: leaves a refunded charge of nothing, so that it never will. */
  async refund(key: string): Promise<void> {
    await sleep(LATENCY_MS);
    const { paymentId, amountCents } = this.#charges.get(key) ?? { paymentId: '', amountCents: 0 };
    this.#charges.set(key, { paymentId, amountCents, status: 'refunded' });
  }

  /** What was ever charged, and what of it was refunded, in cents. */
  totals(): { charged: number; refunded: number } {
    const sum = (charges: Charge[]): number => charges.reduce((all, c) => all + c.amountCents, 0);
    const all = [...this.#charges.values()];
    return { charged: sum(all), refunded: sum(all.filter((c) => c.status === 'refunded')) };
  }
}
