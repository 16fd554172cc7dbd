import { randomFillSync } from 'node:crypto';

/** Makes the id of a saga that was started without one. */
export type IdGenerator = () => string;

/** The two bits of the variant, with any two behind them. */
const VARIANTS = ['8', '9', 'a', 'b'] as const;

const POOL = Buffer.allocUnsafe(4_096);
let used = POOL.length;

/** So many random bytes as hex, from a pool: asked for one by one they would cost as much as a saga's step. */
function randomHex(bytes: number): string {
  if (used + bytes > POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += bytes;
  return POOL.toString('hex', used - bytes, used);
}

/** What tells two lives of one id apart: random, whatever ids an environment makes. */
export function newBirth(): string {
  return randomHex(6);
}

/**
 * UUIDs of version 7, which begin with the time (RFC 9562). Sagas that start together stand together in
 * the indices of a store: with random ids each of them would write to a page of its own.
 */
export const timeOrderedIds: IdGenerator = () => {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomHex(10);
  const variant = VARIANTS[parseInt(random.charAt(3), 16) % 4] as string;
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-` +
    `${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
  );
};
