import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import type { PlaceOrder } from './order.js';

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const NAME_RULE = 'must be 1 to 64 letters, digits, - or _';
const MAX_QUANTITY = 100;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'object' && value !== null
    ? 'an object'
    : JSON.stringify(value).slice(0, 80);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

function isQuantity(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_QUANTITY;
}

/** Takes a body apart into an order, or answers 400 with everything that is wrong with it. */
@Injectable()
export class PlaceOrderPipe implements PipeTransform<unknown, PlaceOrder> {
  transform(body: unknown): PlaceOrder {
    const fields = typeof body === 'object' && body !== null ? body : {};
    const { userId, productId, quantity } = fields as Record<string, unknown>;
    if (isName(userId) && isName(productId) && isQuantity(quantity)) {
      return { userId, productId, quantity };
    }
    const problems: string[] = [];
    const report = (name: string, rule: string, value: unknown): void => {
      problems.push(`${name} ${rule} (got ${shown(value)})`);
    };
    if (!isName(userId)) report('userId', NAME_RULE, userId);
    if (!isName(productId)) report('productId', NAME_RULE, productId);
    if (!isQuantity(quantity)) {
      report('quantity', `must be a whole number from 1 to ${MAX_QUANTITY}`, quantity);
    }
    throw new BadRequestException(problems);
  }
}
