import { setTimeout as sleep } from 'node:timers/promises';
import {
  HttpException,
  HttpStatus,
  Injectable,
  ServiceUnavailableException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { DurableMap } from './durable-map.js';
import { dataFolder } from '../storage/data-folder.js';
import { join } from 'node:path';

const FAR_TOO_LONG_MS = 60_000;

/**
 * What there is to be charged. Who pays decides how it behaves:
 *
 * | userId          | what happens                                                      |
 * | --------------- | ----------------------------------------------------------------- |
 * | `user-declined` | the card is declined                                              |
 * | `user-flaky`    | busy twice, then it works                                         |
 * | `user-slow`     | charges at once, but the answer does not arrive for a minute      |
 * | `user-offline`  | busy, however often it is asked                                   |
 * | `user-blocked`  | charges, and takes no refund any more                             |
 * | anyone else     | it works                                                          |
 */
@Injectable()
export class Bank {
  readonly #closed = new DurableMap<true>(join(dataFolder(), 'closed-accounts.jsonl'));
  readonly #calls = new DurableMap<number>(join(dataFolder(), 'bank-calls.jsonl'));

  /** @throws HttpException of 402 when the card is declined, of 503 when the bank may say yes later. */
  approve(userId: string, key: string): void {
    if (userId === 'user-declined') {
      const message = 'The bank declined the card';
      throw new HttpException({ error: 'CARD_DECLINED', message }, HttpStatus.PAYMENT_REQUIRED);
    }
    if (userId === 'user-blocked') this.#closed.set(key, true);
    const call = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, call);
    if (userId !== 'user-offline' && (userId !== 'user-flaky' || call > 2)) return;
    throw new ServiceUnavailableException('The payment provider is busy');
  }

  /** @throws HttpException of 422 when no refund will ever go through. */
  takeRefund(key: string): void {
    if (this.#closed.get(key) !== true) return;
    throw new UnprocessableEntityException('The account of the card was closed');
  }

  async answer(userId: string): Promise<void> {
    if (userId === 'user-slow') await sleep(FAR_TOO_LONG_MS, undefined, { ref: false });
  }
}
